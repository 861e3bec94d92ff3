#include <stdio.h>

int main(void)
{
    int n;
    long long total = 0, price;

    if (scanf("%d", &n) != 1)
        return 1;
    for (int i = 0; i < n; i++) {
        if (scanf("%lld", &price) != 1)
            return 1;
        total += price;
    }
    printf("%lld\n", total);
    return 0;
}
