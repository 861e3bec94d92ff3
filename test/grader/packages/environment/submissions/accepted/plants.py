import os
import sys

env = {k: v for k, v in os.environ.items() if k != "LC_CTYPE"}
assert env == {"HOME": "/w", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin",
               "TMPDIR": "/tmp"}, env
assert sys.flags.isolated and not sys.flags.ignore_environment == 0, sys.flags
assert os.listdir(".") == ["solution.py"], os.listdir(".")
assert os.listdir("/tmp") == [] and os.listdir("/dev/shm") == []
assert not any(p.startswith(("/w", "/box", "/tmp", "/home"))
               for p in sys.path), sys.path
for name in ("sitecustomize.py", "usercustomize.py", "os.py", "io.py",
             "pyvenv.cfg", "solution.pth", ".pythonrc", "/tmp/os.py"):
    with open(name, "w") as f:
        f.write("print('planted')\n")
os.makedirs(".local/lib/python3.%d/site-packages" % sys.version_info[1])
os.environ["PYTHONPATH"] = os.environ["PYTHONSTARTUP"] = "/w"
print("ok")
