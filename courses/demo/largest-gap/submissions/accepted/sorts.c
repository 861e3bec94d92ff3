#include <stdio.h>
#include <stdlib.h>

static int
by_place(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;

    return (x > y) - (x < y);
}

int main(void)
{
    static int tree[100000];
    int n, longest = 0;

    if (scanf("%d", &n) != 1 || n < 2 || n > 100000)
        return 1;
    for (int i = 0; i < n; i++)
        if (scanf("%d", &tree[i]) != 1)
            return 1;
    qsort(tree, (size_t)n, sizeof tree[0], by_place);
    for (int i = 1; i < n; i++)
        if (tree[i] - tree[i - 1] > longest)
            longest = tree[i] - tree[i - 1];
    printf("%d\n", longest);
    return 0;
}
