/* Whole numbers only: %d stops at the point. */
#include <stdio.h>

int main(void)
{
    int number, sum = 0, count = 0;

    while (scanf("%d", &number) == 1) {
        sum += number;
        count++;
    }
    printf("%d\n", count > 0 ? sum / count : 0);
    return 0;
}
