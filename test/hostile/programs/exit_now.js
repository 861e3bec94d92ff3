// end: exited 7
// limits: memory=262144
process.reallyExit(7);
