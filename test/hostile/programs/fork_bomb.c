// end: cpu
// limits: cpu=500 wall=10000 processes=64
#include <unistd.h>

int
main(void)
{
    for (;;)
        fork();
}
