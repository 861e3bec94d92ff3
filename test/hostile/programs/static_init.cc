// end: exited 0
// runs: 2
// Ends before main, with a thread that runs and a child that stays.
#include <cstdio>
#include <thread>
#include <unistd.h>
struct early {
    early()
    {
        std::thread([] { for (;;) pause(); }).detach();
        if (fork() == 0)
            for (;;)
                pause();
        std::puts("ok");
        std::fflush(stdout);
        _exit(0);
    }
} early;
int main() { std::puts("not ok: main ran"); }
