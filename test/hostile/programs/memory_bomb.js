// end: memory
// limits: memory=262144 cpu=5000
const keep = [];
for (;;) keep.push(Buffer.alloc(1 << 20, 1));
