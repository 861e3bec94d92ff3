import os
import subprocess
import sys
pid = os.fork()
if pid == 0:
    print("child")
    sys.exit(4)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
print(subprocess.run(["/bin/echo", "hello"], capture_output=True).stdout)
print(subprocess.run([sys.executable, "-Ic", "print(6 * 7)"],
                     capture_output=True, text=True).stdout)
