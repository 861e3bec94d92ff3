process.on('uncaughtException', (e, origin) => console.log(origin, e.stack));
setImmediate(() => { throw new Error('later'); });
null.x;
