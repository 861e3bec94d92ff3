console.log(require('crypto').createHash('sha256').update('x').digest('hex'));
console.log(require('zlib').gzipSync('x'.repeat(1000)).length);
