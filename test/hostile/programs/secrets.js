// end: exited 0
// runs: 3
// limits: memory=262144
// Files, processes, environment and descriptors, as one that was started ahead
// has them: nothing but its own.
const fs = require('fs');
const bad = [];
for (const path of ['/etc/shadow', '/etc/hostname', '/root', '/home', '/proc/1/environ',
    '/proc/1/maps', '/proc/1/fd', '/proc/kallsyms', '/sys', '/var', '/run', '/dev/mem']) {
    try {
        fs.lstatSync(path).isDirectory() ? fs.readdirSync(path) : fs.readFileSync(path);
        bad.push(path);
    } catch { /* as it should */ }
}
const seen = fs.readdirSync('/proc').filter((p) => /^\d+$/.test(p));
if (seen.length !== 1 || seen[0] !== String(process.pid))
    bad.push('sees processes ' + seen);
const env = fs.readFileSync('/proc/self/environ', 'utf8').split('\0').filter((v) => v);
const wanted = ['PATH=/usr/bin:/bin', 'HOME=/w', 'LANG=C.UTF-8', 'TMPDIR=/tmp'];
if (env.join() !== wanted.join() ||
    Object.entries(process.env).map((v) => v.join('=')).join() !== wanted.join())
    bad.push('environment ' + env);
// 0, 1 and 2; all others are node's own (no file, no socket) and close at exec
for (const fd of fs.readdirSync('/proc/self/fd')) {
    let to = '';
    try {
        to = fs.readlinkSync('/proc/self/fd/' + fd);
    } catch {
        continue; // of readdir
    }
    const own = /^(anon_inode:\[(eventpoll|eventfd|io_uring)\]|pipe:\[\d+\])$/;
    if (fd > 2 && !own.test(to) && to !== '/dev/null')
        bad.push(`descriptor ${fd} is ${to}`);
    if (fd > 0 && fd < 3 && !/memfd/.test(to))
        bad.push(`descriptor ${fd} is ${to}`);
}
const status = fs.readFileSync('/proc/self/status', 'utf8');
for (const line of ['NoNewPrivs:\t1', 'Seccomp:\t2', 'CapEff:\t0000000000000000',
    'CapPrm:\t0000000000000000', 'CapBnd:\t0000000000000000'])
    if (!status.includes('\n' + line + '\n')) bad.push('no ' + line);
if (process.getuid() !== process.geteuid() || ![0, 1000].includes(process.getuid()))
    bad.push('uid ' + process.getuid());
try {
    process.setuid(1);
    bad.push('setuid');
} catch { /* as it should */ }
const limits = fs.readFileSync('/proc/self/limits', 'utf8');
for (const [name, soft] of [['Max core file size', 1], ['Max open files', 256],
    ['Max file size', 8192 * 1024], ['Max msgqueue size', 0]])
    if (!new RegExp(`^${name} +${soft} +${soft} `, 'm').test(limits))
        bad.push('limit: ' + limits.match(new RegExp(`^${name}.*`, 'm')));
console.log(bad.map((b) => 'not ok: ' + b).join('\n') || 'ok');
