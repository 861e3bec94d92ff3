process.once('SIGTERM', (s) => { console.log('got', s); process.exit(5); });
process.kill(process.pid, 'SIGTERM');
setTimeout(() => {}, 1000);
