// end: exited 0
// limits: cpu=4000 wall=10000 processes=48 memory=524288
// node has some ten threads; what it may start beside them is bounded.
const { spawn } = require('child_process');
let alive = 0, failed = 0;
for (let i = 0; i < 100; i++) {
    try {
        const c = spawn('/usr/bin/sleep', ['30'], { stdio: 'ignore', detached: true });
        c.on('error', () => { failed++; });
        if (c.pid !== undefined) alive++;
    } catch {
        failed++;
    }
}
setTimeout(() => {
    console.log(alive <= 48 && failed > 0 ? 'ok' : `not ok: ${alive} ${failed}`);
    process.exit(0);
}, 50);
