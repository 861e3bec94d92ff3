#include <stdio.h>

int main(void)
{
    double number, sum = 0;
    long count = 0;

    while (scanf("%lf", &number) == 1) {
        sum += number;
        count++;
    }
    printf("%.9f\n", sum / (double)count);
    return 0;
}
