# end: exited 0
# limits: processes=16
# The probes of syscalls.c that matter most, from an interpreter that has
# ctypes: each is refused.  all_calls.c knows the numbers of the others.
import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
area = ctypes.create_string_buffer(4096)
NEW = {"user": 0x10000000, "pid": 0x20000000, "net": 0x40000000,
       "mount": 0x20000, "uts": 0x4000000, "ipc": 0x8000000}
probes = [("ptrace", 101, 0), ("attach", 101, 16, 1), ("mount", 165, area),
          ("umount", 166, area), ("pivot_root", 155, b".", b"."),
          ("chroot", 161, b"."), ("fsopen", 430, b"tmpfs"),
          ("open_tree", 428, -100, b"/"), ("move_mount", 429, 0),
          ("setns", 308, 0, 0), ("clone3", 435, area, 64),
          ("bpf", 321, 0, area, 48), ("perf_event_open", 298, area),
          ("userfaultfd", 323, 0), ("io_uring_setup", 425, 4, area),
          ("keyctl", 250, 0), ("add_key", 248, b"user", b"x", b"y", 1),
          ("process_vm_readv", 310, 1), ("process_vm_writev", 311, 1),
          ("pidfd_open", 434, 1, 0), ("pidfd_getfd", 438, 3, 0, 0),
          ("name_to_handle_at", 303, -100, b"/", area),
          ("open_by_handle_at", 304, -100, area, 0),
          ("prlimit of 1", 302, 1, 0, 0, area), ("personality", 135, 0x400000),
          ("personality", 135, 0x40000), ("sendmsg", 46, 0, area),
          ("recvmsg", 47, 0, area), ("shmget", 29, 0, 4096, 0o1600),
          ("semget", 64, 0, 1, 0o1600), ("msgget", 68, 0, 0o1600),
          ("mq_open", 240, b"q", 0o102, 0o600), ("flock", 73, 0, 2),
          ("inotify", 294, 0), ("TIOCSTI", 16, 0, 0x5412, area),
          ("mlockall", 151, 3), ("seccomp", 317, 0), ("kexec", 246, 0),
          ("memfd_secret", 447, 0), ("sched_setscheduler", 144, 0, 1, area)]
probes += [("unshare " + n, 272, flag) for n, flag in NEW.items()]
probes += [("clone " + n, 56, flag | 17) for n, flag in NEW.items()]
bad = []
if platform.machine() == "x86_64":
    for name, *args in probes:
        if libc.syscall(*args) != -1 or ctypes.get_errno() not in (1, 38):
            bad.append(f"{name}: errno {ctypes.get_errno()}")
print("\n".join("not ok: " + b for b in bad) or "ok")
