#include <stdio.h>

int
main(void)
{
    long n;

    scanf("%ld", &n);
    printf("1 %ld\n", n);
    return 0;
}
