// end: exited 0
// limits: memory=262144
const bad = [];
const done = () => console.log(bad.map((b) => 'not ok: ' + b).join('\n') || 'ok');
require('net').connect(80, '127.0.0.1').on('error', () => {
    try {
        require('net').createServer().on('error', done)
            .listen('\0abstract', () => { bad.push('listens'); done(); });
    } catch {
        done();
    }
}).on('connect', () => { bad.push('connects'); done(); });
