// end: exited 0
// artefact: stdout absent
// never: root:
// runs: 2
// As artefact_names.py: links under every name that is used afterwards.
#include <stdio.h>
#include <unistd.h>

int
main(void)
{
    static const char *const names[] = {
        "a.out",  "prog.c", "run.sh", "stdout", "stderr", "stdin", "output",
        "meta",   "core",   "score.json", "results.json", "verdict",
        "answer", "tests",  "solution.py", "Makefile"};
    int bad = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        bad += symlink(i % 2 ? "/etc/hostname" : "/etc/cron.d/assay-hostile",
                       names[i]) != 0;
    puts(bad ? "not ok" : "ok");
    return 0;
}
