const a = new Float64Array(1 << 27).fill(1.5)
console.log(a[7])
