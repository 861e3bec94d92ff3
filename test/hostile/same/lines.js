const rl = require('readline').createInterface({ input: process.stdin });
let n = 0;
rl.on('line', (l) => console.log(++n, l)).on('close', () => console.log('close'));
