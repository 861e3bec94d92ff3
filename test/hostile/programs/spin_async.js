// end: cpu
// limits: cpu=500 memory=262144
// The event loop is never empty, and every listener objects to the end.
for (const s of ['SIGTERM', 'SIGXCPU', 'SIGHUP', 'SIGINT'])
    process.on(s, () => {});
const again = () => setImmediate(again);
again();
