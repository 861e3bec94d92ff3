process.on('exit', (c) => { console.log('exit', c); process.exit(9); });
process.on('beforeExit', () => console.log('before'));
setTimeout(() => console.log('timer'), 5);
