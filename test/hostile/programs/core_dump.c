// end: signaled 6
// artefact: core absent
#include <stdlib.h>
#include <sys/prctl.h>

int
main(void)
{
    prctl(PR_SET_DUMPABLE, 1);
    abort();
}
