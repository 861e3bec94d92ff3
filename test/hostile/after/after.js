// limits: cpu=5000 wall=30000 memory=262144 processes=32 disk=1024
// after.c for the slots of the node zygote.
const fs = require('fs');
const found = [];
const only = (folder, names) => {
    const left = fs.readdirSync(folder).filter((n) => !names.includes(n));
    if (left.length > 0) found.push(`${folder} holds ${left}`);
};
only('.', ['solution.js']);
only('/tmp', []);
only('/dev/shm', []);
only('/box', ['w', 'tmp', 'shm']);
const others = fs.readdirSync('/proc').filter((n) => /^\d+$/.test(n));
if (others.join() !== String(process.pid)) found.push(`processes ${others}`);
try {
    process.kill(-1, 0);
    found.push('somebody to signal');
} catch { /* nobody */ }
const status = fs.readFileSync('/proc/self/status', 'latin1');
for (const line of ['NSsid:\t' + process.pid, 'SigBlk:\t0000000000000000'])
    if (!status.includes(line)) found.push(line);
if (process.ppid !== 1) found.push('not a child of process 1');
if (process.umask(0) !== 0o22 || require('os').getPriority() !== 0)
    found.push('umask or priority');
if (fs.readFileSync('/proc/self/maps', 'latin1').includes(' rw-s '))
    found.push('shared memory');
if (process.execArgv.length > 0 || Object.keys(process.env).sort().join() !==
    'HOME,LANG,PATH,TMPDIR')
    found.push('arguments or environment');
const ino = fs.statSync('/proc/self/ns/ipc').ino;
fs.writeSync(3, `${ino} ${found.length > 0 ? 'not ok: ' + found : 'ok'}\n`);
const clock = new Int32Array(new SharedArrayBuffer(4));
for (;;) {
    Atomics.wait(clock, 0, 0, 3);
    fs.writeSync(3, '.');
}
