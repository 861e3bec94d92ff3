// end: exited 0
// limits: disk=4096 memory=262144 cpu=4000
// What is in files together stays below the disk limit, files of the job too.
const fs = require('fs');
let written = 0, why = '';
try {
    for (let i = 0; ; i++) {
        const fd = fs.openSync(`${['.', '/tmp', '/dev/shm'][i % 3]}/f${i}`, 'w');
        for (let k = 0; k < 256; k++)
            written += fs.writeSync(fd, Buffer.alloc(1024, 1));
        fs.closeSync(fd);
    }
} catch (e) {
    why = e.code;
}
console.log(why === 'ENOSPC' && written <= 4096 * 1024 && written > 1 << 20
    ? 'ok' : `not ok: ${written} ${why}`);
