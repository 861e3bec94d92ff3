#include <stdio.h>

int main(void)
{
    trees t = {1, 3, 4, 9, 11};

    printf("%d\n", t[0]);
    return 0;
}
