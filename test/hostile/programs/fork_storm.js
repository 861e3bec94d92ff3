// end: wall
// limits: cpu=60000 wall=1500 processes=48 memory=1048576
// Ends by its clock; nothing of it is left.
const { spawn } = require('child_process');
const more = () => {
    for (let i = 0; i < 4; i++)
        spawn('/bin/sh', ['-c', 'while :; do sleep 1 & done'],
            { stdio: 'ignore', detached: true }).on('error', () => {});
    setTimeout(more, 20);
};
more();
