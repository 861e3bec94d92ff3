// end: exited 0
// No socket of any family, no name of any host, no device but the loopback's.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

int
main(void)
{
    struct addrinfo *found = NULL;
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct ifconf c = {0};
    int pair[2], bad = 0;
    for (int family = 0; family < 64; family++)
        for (int kind = 1; kind < 11; kind++)
            if (socket(family, kind, 0) >= 0) {
                printf("not ok: family %d type %d\n", family, kind);
                bad = 1;
            }
    if (getaddrinfo("example.org", "80", NULL, &found) == 0)
        bad = 1, puts("not ok: a name");
    if (if_nameindex() != NULL || access("/sys/class/net", F_OK) == 0 ||
        access("/proc/net/dev", R_OK) == 0)
        bad = 1, puts("not ok: devices");
    for (int kind = 1; kind < 6; kind++) {
        if (socketpair(AF_UNIX, kind, 0, pair) != 0)
            continue;
        memcpy(a.sun_path, "\0hostile", 8);
        if (bind(pair[0], (struct sockaddr *)&a, 10) == 0 ||
            connect(pair[0], (struct sockaddr *)&a, 10) == 0 ||
            sendto(pair[0], "x", 1, 0, (struct sockaddr *)&a, 10) >= 0 ||
            listen(pair[0], 1) == 0 || ioctl(pair[0], SIOCGIFCONF, &c) == 0)
            bad = 1, puts("not ok: an abstract socket");
        if (send(pair[0], "x", 1, 0) != 1)
            bad = 1, puts("not ok: socketpair does not work");
    }
    if (!bad)
        puts("ok");
    return 0;
}
