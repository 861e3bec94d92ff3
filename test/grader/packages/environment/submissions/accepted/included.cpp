// what may be included is the host's, and gcc's own variables are not set
#include <bits/stdc++.h>
#if __has_include("planted.h") || __has_include(<planted.h>)
#error "CPATH is in force"
#endif
#ifdef PLANTED
#error "an option came from somewhere"
#endif
int main()
{
    std::cout << (getenv("CPATH") ? getenv("CPATH") : "ok") << std::endl;
}
