// end: exited 0
// One's own memory may be written as one likes; nobody else's can be opened,
// and a program stays untraceable even to its child.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    char path[32], here = 'x';
    struct iovec v = {&here, 1};
    int bad = 0, status = 0;
    bad += open("/proc/1/mem", O_RDWR) >= 0;
    bad += ptrace(PTRACE_TRACEME, 0, 0, 0) == 0;
    pid_t pid = fork();
    if (pid == 0) {
        bad += ptrace(PTRACE_ATTACH, getppid(), 0, 0) == 0;
        bad += ptrace(PTRACE_SEIZE, 1, 0, 0) == 0;
        bad += process_vm_readv(getppid(), &v, 1, &v, 1, 0) >= 0;
        bad += process_vm_readv(1, &v, 1, &v, 1, 0) >= 0;
        bad += process_vm_writev(1, &v, 1, &v, 1, 0) >= 0;
        _exit(bad);
    }
    waitpid(pid, &status, 0);
    for (int i = 1; i < 50; i++) {
        snprintf(path, sizeof path, "/proc/%d/mem", i);
        bad += i != getpid() && open(path, O_RDONLY) >= 0;
    }
    puts(bad || status ? "not ok" : "ok");
    return 0;
}
