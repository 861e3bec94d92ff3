// end: output
// limits: output=64 memory=262144
process.on('SIGXFSZ', () => {});
for (;;) console.error('x'.repeat(1000));
