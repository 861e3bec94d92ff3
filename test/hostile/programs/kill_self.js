// end: signaled 9
// limits: memory=262144
process.kill(process.pid, 'SIGKILL');
