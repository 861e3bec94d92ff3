// end: signaled 31
#include <stdio.h>

int
main(void)
{
#ifdef __x86_64__
    long rc = 20; /* getpid */
    __asm__ volatile("int $0x80" : "+a"(rc) : : "memory");
    printf("not ok %ld\n", rc);
#endif
    return 0;
}
