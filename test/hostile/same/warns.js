process.emitWarning('careful');
new Buffer(3);
