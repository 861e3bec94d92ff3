const { Worker, isMainThread, workerData, parentPort } = require('worker_threads');
if (isMainThread) {
    const w = new Worker(__filename, { workerData: 5 });
    const heard = {}; // which comes first is chance
    w.on('message', (m) => { heard.said = m; });
    w.on('error', (e) => { heard.error = e.message; });
    w.on('exit', (c) => console.log(heard.said, heard.error, 'exit', c));
} else {
    parentPort.postMessage([workerData, process.argv, process.execArgv,
        require.main === module, Object.keys(require.cache)]);
    setImmediate(() => { throw new Error('in the thread'); });
}
