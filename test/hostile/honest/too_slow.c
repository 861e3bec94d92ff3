// end: cpu
// limits: cpu=60 wall=20000
int
main(void)
{
    for (volatile int i = 0;; i++)
        ;
}
