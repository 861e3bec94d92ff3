// end: exited 0
// limits: memory=262144
// Everybody but its own threads: there is nobody that it may reach.
const own = require('fs').readdirSync('/proc/self/task').map(Number);
for (let pid = 1; pid < 400; pid++) {
    try {
        if (!own.includes(pid)) process.kill(pid, 'SIGKILL');
    } catch { /* nobody */ }
}
console.log('ok');
