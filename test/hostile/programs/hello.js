// end: exited 0
// stdin: world
// artefact: made.txt
// limits: memory=262144
const fs = require('fs');
fs.writeFileSync('made.txt', 'x');
console.log(fs.readFileSync(0, 'utf8') === 'world' ? 'ok' : 'not ok stdin');
