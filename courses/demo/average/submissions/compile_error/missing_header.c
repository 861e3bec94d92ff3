#include <average.h>

int main(void)
{
    return 0;
}
