/* Preloaded into nginx: a new socket never gets the number of one that was
 * just closed.
 *
 * Why: when nchan 1.3.6 loses Redis, it closes its descriptor and connects
 * anew from within hiredis' disconnect callback; after the callback hiredis
 * closes the same number once more.  socket() gives the lowest free number, so
 * that is the new connection's.  nchan goes on believing in the number, nginx
 * gives it to a client, and when nchan's time-out closes it a third time, that
 * client loses its connection, and the next one to get the number can be sent
 * what was meant for him.
 *
 * No setting of nchan's avoids it (nodeset_examine() in its
 * src/store/redis/redis_nodeset.c connects at once), and it needs no refused
 * connection.  With numbers that are not reused at once, hiredis' second close
 * is EBADF and hurts nobody.
 *
 * How: sockets of this process are moved to the upper half of the descriptor
 * table, each above the one before, round and round.  Accepted connections and
 * the unix sockets of FastCGI stay in the lower half.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

int socket(int domain, int type, int protocol);

/* Duplicate at `floor` or above; what a program started by nginx inherits
 * stays as asked for. */
static int
duplicate(int fd, int type, int floor)
{
    int how = (type & SOCK_CLOEXEC) != 0 ? F_DUPFD_CLOEXEC : F_DUPFD;
    return fcntl(fd, how, floor);
}

/* As socket(2).  EMFILE also when the upper half is full. */
int
socket(int domain, int type, int protocol)
{
    static int last; /* nginx opens sockets in one thread only */
    static int (*libc_socket)(int, int, int);
    if (libc_socket == NULL)
        /* POSIX's own way around the ban on such a conversion */
        *(void **)&libc_socket = dlsym(RTLD_NEXT, "socket");
    int fd = libc_socket(domain, type, protocol);
    if (fd < 0 || (domain != AF_INET && domain != AF_INET6))
        return fd;
    struct rlimit files = {0};
    getrlimit(RLIMIT_NOFILE, &files);
    /* nobody needs more, and the number must fit an int */
    int limit = files.rlim_cur < 65536 ? (int)files.rlim_cur : 65536;
    if (last < limit / 2 || last >= limit - 1)
        last = limit / 2 - 1;
    int moved = duplicate(fd, type, last + 1);
    if (moved < 0) /* the rest of the table is taken: from its start again */
        moved = duplicate(fd, type, limit / 2);
    int why = errno;
    close(fd);
    errno = why;
    if (moved >= 0)
        last = moved;
    return moved;
}
