if (module.parent) exports.x = 1;
console.log(require('./solution').x, require.resolve('./solution'));
console.log(process.argv, process.argv0, process.execPath, process.title);
console.log(process.execArgv, process._preload_modules, __filename, __dirname);
console.log(require.main === module, module, Object.keys(require.cache));
console.log(process.cwd(), process.env, process.versions.node);
console.log(Object.keys(globalThis), Object.getOwnPropertyNames(process).sort());
console.log(module.paths, module.constructor.globalPaths);
