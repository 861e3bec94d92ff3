// end: output
// limits: output=64 memory=262144
const fs = require('fs'), line = 'x'.repeat(1000) + '\n';
for (;;) {
    try {
        fs.writeSync(1, line);
    } catch { /* go on */ }
}
