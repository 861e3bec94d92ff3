// end: cpu
// limits: cpu=300 wall=20000
// channel: xxxx
// Bytes without end for graderd.
#include <string.h>
#include <unistd.h>

static char data[65536];

int
main(void)
{
    memset(data, 'x', sizeof data);
    for (;;)
        write(3, data, sizeof data);
}
