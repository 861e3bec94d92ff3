const { fork, execFileSync } = require('child_process');
if (process.argv[2] === 'child') {
    console.log('child', process.argv, process.execArgv);
    process.exit(4);
}
console.log(String(execFileSync(process.execPath, ['-p', '1 + 1'])));
fork(__filename, ['child']).on('exit', (c) => console.log('exit', c));
