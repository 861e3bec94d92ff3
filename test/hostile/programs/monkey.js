// end: exited 0
// runs: 4
// limits: memory=262144
// Every run finds a node that no other program has been in.
const fs = require('fs');
const bad = [];
if (fs.left || globalThis.left || Object.prototype.left || process.env.LEFT)
    bad.push('something is left');
fs.left = globalThis.left = process.left = true;
Object.prototype.left = true;
process.env.LEFT = '1';
const write = process.stdout.write.bind(process.stdout);
fs.readFileSync = fs.writeSync = fs.fchownSync = () => { throw new Error('mine'); };
process.reallyExit = process.exit;
require.cache['/box/ahead.cjs'] = { exports: {} };
for (const folder of ['.', '/tmp', '/dev/shm']) {
    const has = fs.readdirSync(folder).filter((n) => n !== 'solution.js');
    if (has.length > 0) bad.push(`${folder} has ${has}`);
    fs.writeFileSync(folder + '/left', 'secret');
}
require('child_process').spawn('/usr/bin/sleep', ['60'],
    { detached: true, stdio: 'ignore' }).unref();
write((bad.map((b) => 'not ok: ' + b).join('\n') || 'ok') + '\n');
