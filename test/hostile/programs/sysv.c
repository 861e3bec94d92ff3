// end: exited 0
// runs: 3
// No System V object, no POSIX queue; POSIX shared memory and semaphores are
// files of the slot's own, new each time.
#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

int
main(void)
{
    int bad = 0;
    for (key_t key = 0; key < 100; key++) {
        bad += shmget(key, 4096, IPC_CREAT | 0666) >= 0;
        bad += semget(key, 1, IPC_CREAT | 0666) >= 0;
        bad += msgget(key, IPC_CREAT | 0666) >= 0;
    }
    for (int id = 0; id < 100; id++)
        bad += shmat(id, NULL, 0) != (void *)-1;
    bad += mq_open("/queue", O_CREAT | O_RDWR, 0666, NULL) != (mqd_t)-1;
    bad += shm_open("/object", O_CREAT | O_EXCL | O_RDWR, 0666) < 0;
    bad += sem_open("/semaphore", O_CREAT | O_EXCL, 0666, 1) == SEM_FAILED;
    puts(bad ? "not ok" : "ok");
    return 0;
}
