const { Worker, isMainThread, workerData, parentPort } = require('worker_threads');
if (isMainThread) {
    const w = new Worker(__filename, { workerData: 5 });
    w.on('message', (m) => console.log('said', m));
    w.on('error', (e) => console.log('error', e.message));
    w.on('exit', (c) => console.log('exit', c));
} else {
    parentPort.postMessage([workerData, process.argv, process.execArgv,
        require.main === module, Object.keys(require.cache)]);
    setImmediate(() => { throw new Error('in the thread'); });
}
