// end: exited 0
// limits: processes=16
#include <stdio.h>
#include <unistd.h>

int
main(void)
{
    int n = 0;
    for (; n < 500; n++) {
        pid_t pid = fork();
        if (pid < 0)
            break;
        if (pid == 0)
            for (;;)
                pause();
    }
    puts(n <= 16 && n > 8 ? "ok" : "not ok");
    return 0;
}
