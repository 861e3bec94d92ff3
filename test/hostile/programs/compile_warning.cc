// end: compile error
// never: root:
// Raw strings, control characters and long lines in diagnostics; over and over
// by including itself.
#if __INCLUDE_LEVEL__ < 190
#warning [31m]0;title \ %s%n%s%n "/etc/shadow" 
#error R"(xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx)"
#if defined(__cplusplus)
#include "prog.cc"
#else
#include "prog.c"
#endif
#endif
