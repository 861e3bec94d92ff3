// end: exited 0
// stdin: world
// limits: memory=262144
// The first of its kind: nothing was started ahead.
const bad = [];
if (require('fs').readFileSync(0, 'utf8') !== 'world') bad.push('stdin');
if (process.execArgv.length > 0) bad.push('started ahead');
console.log(bad.map((b) => 'not ok: ' + b).join('\n') || 'ok');
