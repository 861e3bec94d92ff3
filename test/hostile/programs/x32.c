// end: signaled 31
#include <stdio.h>
#include <unistd.h>

int
main(void)
{
#ifdef __x86_64__
    syscall(0x40000000 + 39);
    puts("not ok");
    return 0;
#else
    _exit(31);
#endif
}
