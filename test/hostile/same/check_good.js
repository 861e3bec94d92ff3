function deep(n) {
    if (n === 0) throw new TypeError('too deep');
    deep(n - 1);
}
console.log('first');
deep(3);
