/* Is the number near that of the input?  `within N`; `even`: and even. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
wrong(const char *feedback, const char *why)
{
    char path[4096];
    FILE *f;

    snprintf(path, sizeof path, "%steammessage.txt", feedback);
    f = fopen(path, "w");
    if (f == NULL || fputs(why, f) == EOF || fclose(f) != 0)
        exit(1);
    exit(43);
}

int
main(int argc, char **argv)
{
    long want, got, within = 0;
    FILE *in = fopen(argv[1], "r");
    char more;

    if (argc < 6 || in == NULL || fscanf(in, "%ld", &want) != 1 ||
        strcmp(argv[4], "within") != 0)
        return 1;
    within = atol(argv[5]);
    if (scanf("%ld %c", &got, &more) != 1)
        wrong(argv[3], "Expected one number.");
    if (labs(want - got) > within)
        wrong(argv[3], "That is too far away.");
    if (argc == 7 && strcmp(argv[6], "even") == 0 && got % 2 != 0)
        wrong(argv[3], "This one is to be even.");
    return 42;
}
