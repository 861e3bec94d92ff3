const fs = require('fs');
fs.writeFileSync('package.json', '{"type": "module"}');
fs.writeFileSync('other.js', 'export default import.meta.url;');
fs.mkdirSync('node_modules/p', { recursive: true });
fs.writeFileSync('node_modules/p/index.js', 'module.exports = 7;');
console.log(require('p'));
import('./other.js').then((m) => console.log(m.default), (e) => console.log(e.name));
