#include <stdio.h>

int
main(void)
{
    long n, d;

    scanf("%ld", &n);
    for (d = 2; n % d != 0 || d * d == n; d++)
        ;
    printf("%ld\n%ld\n", n / d, d);
    return 0;
}
