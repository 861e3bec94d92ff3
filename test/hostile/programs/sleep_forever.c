// end: wall
// limits: wall=700
// under: 1500
#include <unistd.h>

int
main(void)
{
    for (;;)
        pause();
}
