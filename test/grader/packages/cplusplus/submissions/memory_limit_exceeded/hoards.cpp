#include <bits/stdc++.h>
int main()
{
    std::vector<std::vector<int>> all;
    for (;;)
        all.emplace_back(10000, 1);
}
