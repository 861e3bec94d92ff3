// end: output
// limits: output=64 disk=65536
#include <signal.h>
#include <stdio.h>

int
main(void)
{
    signal(SIGXFSZ, SIG_IGN);
    for (;;)
        fputs("flood", stderr);
}
