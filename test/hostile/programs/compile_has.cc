// end: exited 0
// Asking is a leak, too: none of these is there to be asked for.
#include <stdio.h>
#if __has_include("/etc/shadow") || __has_include("/etc/hostname") ||          \
    __has_include("/root/.bashrc") || __has_include("/proc/1/environ") ||      \
    __has_include("/sys/kernel/vmcoreinfo") || __has_include("/run") ||        \
    __has_include("/usr/share/doc/libc6/copyright") ||                         \
    __has_include("/work") || __has_include("/proc/cpuinfo")
#define SAYS "not ok"
#else
#define SAYS "ok"
#endif
int main(void) { puts(SAYS); return 0; }
