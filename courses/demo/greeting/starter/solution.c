#include <stdio.h>

int main(void)
{
    char name[128];

    fgets(name, sizeof name, stdin);
    printf("Hello\n");
    return 0;
}
