/* The distance from the first to the last tree. */
#include <stdio.h>

int main(void)
{
    int n, place, low = 1000000000, high = 0;

    if (scanf("%d", &n) != 1)
        return 1;
    while (scanf("%d", &place) == 1) {
        low = place < low ? place : low;
        high = place > high ? place : high;
    }
    printf("%d\n", high - low);
    return 0;
}
