// end: exited 41
// limits: memory=262144
process.on('exit', () => { process.exitCode = 41; });
