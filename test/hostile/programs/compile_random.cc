// end: compile error
// compiler: cpu=1500
#include "/dev/urandom"
