// end: exited 0
// limits: cpu=3000 wall=10000 memory=262144 processes=32 disk=1024
// channel: sum 499999500000
// With a channel, so that nothing is started ahead for it, before an attack or
// after it.
const fs = require('fs');
let sum = 0;
for (let i = 0; i < 1000000; i++) sum += i;
fs.writeFileSync('sum', String(sum));
if (fs.readFileSync('sum', 'latin1') === String(sum)) console.log('ok');
fs.writeSync(3, `sum ${sum}\n`);
