#include <iostream>
// what was compiled ahead must not be taken when it does not come first
#include <bits/stdc++.h>
#ifndef __OPTIMIZE__
#error "-O2 is promised"
#endif
int main()
{
    long long n, x, sum = 0;
    for (std::cin >> n; n > 0 && std::cin >> x; n--)
        sum += x;
    std::cout << sum << std::endl;
}
