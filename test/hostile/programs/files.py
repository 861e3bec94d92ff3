# end: exited 0
import os
import re
bad = []
# Java's settings; what is not for everybody there is not for us
java = [x for x in os.listdir("/etc")
        if re.fullmatch(r"java-\d+-openjdk", x)]
for path in ("/etc/shadow", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf",
             "/etc/ssh", "/root", "/home", "/var", "/run", "/sys", "/srv",
             "/opt", "/mnt", "/media", "/boot", "/lost+found",
             "/proc/kallsyms", "/proc/kcore", "/proc/cpuinfo", "/proc/meminfo",
             "/proc/loadavg", "/proc/mounts/..", "/proc/sys", "/proc/net",
             "/proc/cmdline", "/proc/version", "/dev/mem", "/dev/kmsg",
             "/dev/tty", "/dev/ptmx", "/dev/vda", "/dev/vsock", "/dev/kvm"):
    if os.path.lexists(path) and path != "/proc/net" \
            and not path.endswith(".."):
        bad.append(path + " exists")
if sorted(os.listdir("/etc")) != sorted(
        x for x in ("alternatives", "group", "ld.so.cache", "passwd", *java)
        if os.path.exists("/etc/" + x)):
    bad.append("/etc holds " + " ".join(os.listdir("/etc")))
if len(open("/etc/passwd").readlines()) != 2:
    bad.append("/etc/passwd is not ours")
# the last one is masked by the suite itself
for share in ("/usr/share/assay", "/usr/local/share/assay", "/usr/share/doc"):
    if os.path.exists(share) and os.listdir(share):
        bad.append(share + " is readable")
# with one id for all (unprivileged box) /box is the program's own to spoil
mine = os.getuid() == 0
for path in ("/x", "/usr/x", "/usr/bin/x", "/etc/x", "/etc/passwd", "/dev/x",
             "/proc/x", "/box/x", "/usr/lib/x",
             *("/etc/" + x + "/security/java.security" for x in java)):
    try:
        if not (mine and path.startswith("/box")):
            open(path, "w")
            bad.append(path + " is writable")
    except OSError:
        pass
for path in ("/tmp", "/w", "/box", *(() if mine else ("/box/w", "/box/tmp"))):
    try:
        os.rename(path, path + "2")
        bad.append(path + " can be renamed")
    except OSError:
        pass
try:
    os.link("/usr/bin/true", "true")
    bad.append("hard link out of the working directory")
except OSError:
    pass
try:
    os.mknod("dev", 0o20666, os.makedev(1, 3))
    bad.append("mknod of a device")
except OSError:
    pass
print("\n".join("not ok: " + b for b in bad) or "ok")
