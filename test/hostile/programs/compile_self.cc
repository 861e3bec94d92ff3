// end: compile error
// 2^200 copies of itself, should nobody count.
#include "prog.cc"
#include "prog.cc"
