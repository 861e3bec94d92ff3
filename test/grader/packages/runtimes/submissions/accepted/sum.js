const fs = require('fs')
const [n, ...v] = fs.readFileSync(0, 'utf8').split(/\s+/).map(Number)
console.log(v.slice(0, n).reduce((a, b) => a + b, 0))
