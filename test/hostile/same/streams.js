console.log(process.stdin.constructor.name, process.stdout.constructor.name);
console.log(process.stdin.fd, process.stdout.isTTY, process.stderr.writable);
process.stdout.write('w', () => console.log('written'));
process.stdin.on('data', (d) => console.log(String(d)));
process.stdin.on('end', () => console.log('end'));
