// end: cpu
// limits: cpu=400 wall=20000 processes=16
// Twelve threads at once.
#include <pthread.h>

static void *
spin(void *unused)
{
    for (volatile int i = 0;; i++)
        ;
    return unused;
}

int
main(void)
{
    pthread_t t;
    for (int i = 0; i < 12; i++)
        pthread_create(&t, 0, spin, 0);
    spin(0);
}
