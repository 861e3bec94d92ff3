// end: signaled 11
// limits: wall=20000
#include <signal.h>

int
main(void)
{
    raise(SIGSEGV);
    return 0;
}
