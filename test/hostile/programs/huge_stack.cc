// end: signaled 11
int main(int argc, char **argv)
{
    volatile char x[1L << 40];
    x[argc] = **argv;
    return x[argc];
}
