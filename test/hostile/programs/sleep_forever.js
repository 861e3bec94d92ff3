// end: wall
// limits: wall=700 memory=262144
setInterval(() => {}, 1000);
