process.exitCode = 3;
console.error('on stderr');
