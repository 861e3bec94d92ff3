// end: compile error
// compiler: cpu=700
#include "/dev/urandom"
