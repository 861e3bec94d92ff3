/* The least that a C program can do: linked statically, for the exec zygote and
 * for bwrap alike. */
int
main(void)
{
    return 0;
}
