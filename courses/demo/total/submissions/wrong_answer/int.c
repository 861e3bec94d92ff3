/* The total does not fit into an int. */
#include <stdio.h>

int main(void)
{
    int n;
    unsigned total = 0;

    if (scanf("%d", &n) != 1)
        return 1;
    for (int i = 0; i < n; i++) {
        int price;

        if (scanf("%d", &price) != 1)
            return 1;
        total += (unsigned)price;
    }
    printf("%d\n", (int)total);
    return 0;
}
