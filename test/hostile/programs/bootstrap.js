// end: exited 0
// limits: memory=262144
// runs: 2
// What was loaded before this file can neither be seen nor changed by it.
const fs = require('fs');
const bad = [];
const say = (what, is, want) => {
    if (String(is) !== String(want)) bad.push(`${what} is ${is}`);
};
say('argv', process.argv, ['/usr/bin/node', '/box/w/solution.js']);
say('execArgv', process.execArgv, []);
say('preloaded', process._preload_modules, []);
say('main', require.main === module, true);
say('filename', __filename, '/box/w/solution.js');
say('cache', Object.keys(require.cache), [__filename]);
say('parent', module.parent, 'null');
say('children', module.children.length, 0);
say('cwd', process.cwd(), '/box/w');
say('stack', new Error().stack.includes('ahead'), false);
for (const change of [() => fs.writeFileSync('/box/ahead.cjs', 'process.exit(3)'),
    () => fs.unlinkSync('/box/ahead.cjs'), () => fs.renameSync('/box/w', '/box/v')]) {
    try {
        change();
        // with one id for all (unprivileged) it may, and it changes nothing
        if (process.getuid() !== 0) bad.push('changed: ' + change);
    } catch { /* as it should */ }
}
console.log(bad.map((b) => 'not ok: ' + b).join('\n') || 'ok');
