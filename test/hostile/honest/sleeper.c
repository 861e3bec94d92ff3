// end: exited 0
// limits: cpu=500 wall=4000
// under: 3000
// Waits; its limit of wall time is far, and nobody uses it up for it.
#include <stdio.h>
#include <unistd.h>

int
main(void)
{
    usleep(60000);
    puts("ok");
    return 0;
}
