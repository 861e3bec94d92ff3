#include <stdio.h>

int main(void)
{
    int n;

    scanf("%d", &n);
    for (int number = 1; number <= n; number++)
        printf("%d\n", number);
    return 0;
}
