// end: exited 0
// limits: memory=32768 processes=14
// only: cgroup
// Less than a node that was started ahead may have already: a cold one.
console.log('ok');
