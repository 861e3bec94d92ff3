// end: output
// limits: output=64
// 10 GiB of nothing, by one call.
#include <unistd.h>

int
main(void)
{
    if (ftruncate(1, 10L << 30) != 0)
        ftruncate(1, 64 << 10);
    return 0;
}
