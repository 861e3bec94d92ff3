// end: cpu
// limits: cpu=500 memory=262144
for (;;) ;
