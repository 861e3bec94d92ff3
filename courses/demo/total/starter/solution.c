#include <stdio.h>

int main(void)
{
    int n;
    long long total = 0;

    scanf("%d", &n);
    /* Read n numbers, and add each of them to total. */
    printf("%lld\n", total);
    return 0;
}
