// end: compile error
#include "/dev/zero"
