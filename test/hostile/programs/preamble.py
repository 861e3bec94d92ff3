# end: exited 0
# also: sitecustomize.py print("not ok: a preamble ran")
# limits: processes=16
# Files that an interpreter runs by itself, if somebody lets it: ours was not
# let; one that we start so is as confined as we are.
import os, subprocess, sys
bad = []
if "sitecustomize" in sys.modules or "usercustomize" in sys.modules:
    bad.append("sitecustomize was imported")
for name in ("PYTHONSTARTUP", "PYTHONPATH", "PYTHONHOME", "LD_PRELOAD",
             "NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "BASH_ENV", "ENV"):
    if name in os.environ:
        bad.append(name)
with open("usercustomize.py", "w") as f:
    f.write("print(open('/proc/self/status').read())")
said = subprocess.run(["/usr/bin/python3", "-c",
                       "import usercustomize"], env={"PYTHONPATH": "/w"},
                      capture_output=True, text=True).stdout
if "Seccomp:\t2" not in said or "NoNewPrivs:\t1" not in said:
    bad.append("a preamble ran without a filter")
print("\n".join("not ok: " + b for b in bad) or "ok")
