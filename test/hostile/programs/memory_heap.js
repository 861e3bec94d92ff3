// end: memory
// limits: memory=131072 cpu=8000
const keep = [];
for (;;) keep.push(new Array(1000).fill(keep.length));
