// end: exited 0
// runs: 6
// What one submission leaves, the next one of the same slot does not find.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int
main(void)
{
    static const char *const folders[] = {".", "/tmp", "/dev/shm"};
    int bad = 0;
    for (int i = 0; i < 3; i++) {
        char name[64];
        DIR *d = opendir(folders[i]);
        for (int n = 0; d != NULL && readdir(d) != NULL; n++)
            bad += n >= 2; /* but . and .. */
        snprintf(name, sizeof name, "%s/left", folders[i]);
        int fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 06777);
        bad += fd < 0;
        dprintf(fd, "secret");
        snprintf(name, sizeof name, "%s/closed", folders[i]);
        mkdir(name, 0);
    }
    bad += shm_open("/shared", O_CREAT | O_EXCL | O_RDWR, 0666) < 0;
    if (fork() == 0) {
        setsid();
        for (;;)
            pause();
    }
    puts(bad ? "not ok" : "ok");
    return 0;
}
