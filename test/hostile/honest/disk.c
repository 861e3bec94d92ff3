// end: exited 0
// limits: cpu=2000 wall=20000 disk=4096
// Writes most of the disk that it has, in three places, and reads it back.
#include <stdio.h>
#include <string.h>

static char data[1 << 16];

int
main(void)
{
    static const char *const names[] = {"a", "/tmp/b", "/dev/shm/c"};
    int bad = 0;
    for (int i = 0; i < 3; i++) {
        FILE *f = fopen(names[i], "w+");
        memset(data, 'a' + i, sizeof data);
        for (int k = 0; k < 18 && f != NULL; k++)
            bad += fwrite(data, 1, sizeof data, f) != sizeof data;
        bad += f == NULL || fflush(f) != 0 || fseek(f, 0, SEEK_SET) != 0;
        for (int k = 0; k < 18 && f != NULL; k++)
            bad += fread(data, 1, sizeof data, f) != sizeof data ||
                   data[0] != 'a' + i || data[sizeof data - 1] != 'a' + i;
        if (f != NULL)
            fclose(f);
    }
    puts(bad ? "not ok" : "ok");
    return 0;
}
