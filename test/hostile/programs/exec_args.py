# end: exited 0
# limits: memory=262144 cpu=5000
import errno, os
for args, env in ((["true", "x" * (4 << 20)], {}),
                  (["true"] + ["x" * (100 << 10)] * 900, {}),
                  (["true"], {f"K{i}": "x" * (100 << 10) for i in range(900)})):
    try:
        os.execve("/usr/bin/true", args, env)
    except OSError as e:
        if e.errno != errno.E2BIG:
            print("not ok:", e)
print("ok")
