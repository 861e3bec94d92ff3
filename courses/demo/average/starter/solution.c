#include <stdio.h>

int main(void)
{
    double number;

    while (scanf("%lf", &number) == 1) {
    }
    return 0;
}
