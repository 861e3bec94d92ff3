# end: exited 0
# artefact: a.out absent
# never: root:
# runs: 2
# What a compile step may leave: links out of the box under every name that
# anybody might write to or read afterwards.  run.sh looks at their targets.
import os
names = ("a.out", "program", "prog.c", "run.sh", "run", "build", "compile",
         "stdout", "stderr", "stdin", "output", "out", "err", "log", "meta",
         "meta.txt", "score.json", "result.json", "results.json", "verdict",
         "feedback", "core", "checker", "answer", "tests", "test.py",
         "solution.py.bak", "__pycache__", ".git", "Makefile", "Main.class")
targets = ("/etc/cron.d/assay-hostile", "/etc/hostname", "/etc/shadow",
           "/root/.ssh/authorized_keys", "../../../../etc/cron.d/assay-hostile")
for folder in (".", "/tmp", "/dev/shm"):
    for i, name in enumerate(names):
        os.symlink(targets[i % len(targets)], f"{folder}/{name}")
print("ok")
