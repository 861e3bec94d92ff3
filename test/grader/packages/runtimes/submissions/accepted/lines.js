const readline = require('readline')
let lines = 0
let sum = 0
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  if (lines++ > 0) for (const x of line.split(' ')) sum += Number(x)
}).on('close', () => console.log(sum))
