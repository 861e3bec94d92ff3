// Runs in node before the program, by -r, when node is started ahead of its
// job (node.c).  Whatever it loads need not be loaded later; what it leaves
// where a program could look, it takes away again.
'use strict';
// a thread of the program's own would run this, too
if (require('worker_threads').isMainThread) {
    const fs = require('fs');
    for (const name of ['assert', 'buffer', 'events', 'os', 'path', 'readline',
        'stream', 'string_decoder', 'tty', 'url', 'util'])
        require(name);
    try {
        // Comes back when the job is there: see TRAP in node.c.
        fs.fchownSync(1000, 0, 0);
    } catch {
        process.reallyExit(127); // nobody brings one any more
    }
    process.execArgv.length = 0;
    process._preload_modules.length = 0;
}
delete require.cache[__filename];
