#include <assert.h>
#include <stdio.h>

int
main(void)
{
    fprintf(stderr, "\x1b[31mbefore\n");
    assert(0 && "the reason");
    return 0;
}
