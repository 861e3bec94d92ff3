// end: wall
// limits: wall=700
// under: 1500
// channel: half
// Half a frame, and then nothing.
#include <unistd.h>

int
main(void)
{
    write(3, "\xff\xff\xff\xffhalf", 8);
    for (;;)
        pause();
}
