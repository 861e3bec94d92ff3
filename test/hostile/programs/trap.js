// end: exited 0
// limits: memory=262144
// runs: 2
// only: warm
// The system call in which node waited for its job does not exist any more, in
// no thread and no child; what it was told there cannot be told again.
const fs = require('fs');
const { Worker, isMainThread, parentPort } = require('worker_threads');
const { spawnSync } = require('child_process');
const call = () => {
    try {
        fs.fchownSync(1000, 0, 0);
        return 'came back';
    } catch (e) {
        return e.code;
    }
};
if (!isMainThread) {
    parentPort.postMessage(call());
} else {
    const said = [call()];
    const child = spawnSync(process.execPath, ['-e', `
        try { require('fs').fchownSync(1000, 0, 0); console.log('came back'); }
        catch (e) { console.log(e.code); }`]);
    said.push(String(child.stdout).trim());
    // -r of a child, as node itself was started
    const again = spawnSync(process.execPath, ['-r', '/box/ahead.cjs', '-e', '0']);
    said.push(String(again.status));
    new Worker(__filename).on('message', (m) => {
        said.push(m);
        console.log(said.join() === 'ENOSYS,ENOSYS,127,ENOSYS' ? 'ok'
            : 'not ok: ' + said);
    }).on('error', (e) => console.log('not ok: ' + e));
}
