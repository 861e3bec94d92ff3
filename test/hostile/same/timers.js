// the loop's clock is not that of the start
const t = process.hrtime.bigint();
setTimeout(() => {
    const ms = Number(process.hrtime.bigint() - t) / 1e6;
    console.log(ms >= 199 ? 'not before' : `after ${ms} ms`);
}, 200);
const slept = Date.now();
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
console.log(Date.now() - slept >= 19);
