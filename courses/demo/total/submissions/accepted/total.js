const numbers = require('fs').readFileSync(0, 'utf8').split('\n').map(Number)
let total = 0
for (let i = 1; i <= numbers[0]; i++)
    total += numbers[i]
console.log(total)
