#include <stdio.h>

int main(void)
{
    int n;

    if (scanf("%d", &n) != 1)
        return 1;
    for (int number = 1; number <= n; number++)
        if (number % 15 == 0)
            puts("FizzBuzz");
        else if (number % 3 == 0)
            puts("Fizz");
        else if (number % 5 == 0)
            puts("Buzz");
        else
            printf("%d\n", number);
    return 0;
}
