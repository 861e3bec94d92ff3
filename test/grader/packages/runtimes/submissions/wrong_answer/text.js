const [n, ...v] = require('fs').readFileSync(0, 'utf8').trim().split(/\s+/)
console.log(v.reduce((a, b) => a + b, ''))
