// end: cpu
// limits: cpu=300 wall=10000
int
main(void)
{
    for (volatile int i = 0;; i++)
        ;
}
