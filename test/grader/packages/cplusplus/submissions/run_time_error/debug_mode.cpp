// the macro must reach the header, compiled ahead or not: with it an index out
// of range aborts, without it nothing happens
#define _GLIBCXX_ASSERTIONS
#include <bits/stdc++.h>
int main()
{
    std::vector<int> v(3);
    v.reserve(100);
    volatile int i = 5;
    std::cout << v[i] << '\n';
}
