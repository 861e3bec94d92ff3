// end: exited 0
// channel: said
// Descriptors cannot be sent, neither to graderd nor to oneself.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int
main(void)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {{0}};
    char byte = 'x';
    struct iovec iov = {&byte, 1};
    struct mmsghdr m = {.msg_hdr = {.msg_iov = &iov,
                                    .msg_iovlen = 1,
                                    .msg_control = control.bytes,
                                    .msg_controllen = sizeof control.bytes}};
    int pair[2], bad = 0, zero = 0;
    control.align.cmsg_level = SOL_SOCKET;
    control.align.cmsg_type = SCM_RIGHTS;
    control.align.cmsg_len = CMSG_LEN(sizeof zero);
    memcpy(CMSG_DATA(&control.align), &zero, sizeof zero);
    bad += socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0;
    int to[] = {3, pair[0]};
    for (int i = 0; i < 2; i++) {
        bad += sendmsg(to[i], &m.msg_hdr, 0) >= 0 || errno != EPERM;
        bad += sendmmsg(to[i], &m, 1, 0) >= 0;
        bad += recvmsg(to[i], &m.msg_hdr, MSG_DONTWAIT) >= 0 || errno != EPERM;
    }
    write(3, "said", 4);
    puts(bad ? "not ok" : "ok");
    return 0;
}
