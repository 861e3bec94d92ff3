"""What a stack leaves on the host (I6): processes under its box's ids, control
groups, mounts, files in shared memory, descriptors.

`Host(stack)` before the first fault is the measure; `Host(stack).beside(base)`
later says what is there that was not, in plain words."""
import os
import pathlib
import stat as modes

IDS = 1000           # of a box (its slots take three each)
RUNNERS = 3          # that an idle zygote may have forked ahead, with theirs
FEW_DESCRIPTORS = 12 # a cached package, a connection that is made lazily


def read(path):
    try:
        return pathlib.Path(path).read_text("utf-8", "replace")
    except OSError:
        return ""


def status(pid):
    """The fields of /proc/PID/status; {} when it is gone."""
    lines = (line.partition(":") for line in
             read(f"/proc/{pid}/status").splitlines())
    return {name: value.strip() for name, _, value in lines}


def descriptors(pid):
    """How many files a process has open; 0 when it is gone."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def first_id(box):
    """The first of the user ids that a box gives to its slots (its -U)."""
    words = read(f"/proc/{box}/cmdline").split("\0")
    return int(words[words.index("-U") + 1]) if "-U" in words else None


class Host:
    def __init__(self, stack, boxes=()):
        """`boxes`: process ids that boxes of this stack have had."""
        self.boxes = set(boxes)
        self.dir = os.path.realpath(stack.dir)
        self.box = stack.pid("box")
        self.first = first_id(self.box) if self.box else None
        self.parents, self.ours = {}, {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            self._look_at(int(pid))
        self.cgroups = self._cgroups()
        self.mounts = self._mounts()
        self.files = self._files()
        # a component's processes: the fullest of each
        self.open = {}
        for name in ["box", *stack.graders, *stack.handlers()]:
            pids = [stack.pid(name), *stack.children(name)]
            if name == "box":
                pids = pids[:1] # its children are the programs
            self.open[name] = max((descriptors(p) for p in pids if p),
                                  default=0)

    def _look_at(self, pid):
        facts = status(pid)
        if not facts or facts["State"].startswith("Z"):
            return
        self.parents[pid] = int(facts["PPid"])
        uid = int(facts["Uid"].split()[1])
        if self.first is not None and self.first <= uid < self.first + IDS:
            self.ours[pid] = facts["Name"]

    def _cgroups(self):
        """Folders `assay-box.PID` of our boxes, living or dead."""
        found = set()
        for top, folders, _ in os.walk("/sys/fs/cgroup"):
            for name in [f for f in folders if f.startswith("assay-box.")]:
                pid = name.partition(".")[2]
                if int(pid) in self.boxes:
                    found.add(os.path.join(top, name))
                folders.remove(name)
        return found

    def _mounts(self):
        return {line.split()[4] for line in
                read("/proc/self/mountinfo").splitlines()
                if line.split()[4].startswith(self.dir)}

    def _files(self):
        """Files of the box's ids where everybody may write, and of anybody
        where nginx keeps bodies for the time of a request."""
        found = set()
        for folder in ("/dev/shm", "/tmp", "/var/tmp", "/run/lock"):
            for name in os.listdir(folder) if os.path.isdir(folder) else ():
                path = os.path.join(folder, name)
                try:
                    uid = os.lstat(path).st_uid
                except OSError:
                    continue
                if self.first and self.first <= uid < self.first + IDS:
                    found.add(path)
        for top, _, names in os.walk(os.path.join(self.dir, "nginx")):
            if os.path.basename(top) in ("client_body", "fastcgi"):
                found.update(os.path.join(top, n) for n in names)
        return {p for p in found if not self._is_socket(p)}

    @staticmethod
    def _is_socket(path):
        try:
            return modes.S_ISSOCK(os.lstat(path).st_mode)
        except OSError:
            return True

    def _owner(self, pid):
        """The zygote (child of box) that a process comes from; None: it has
        another ancestor."""
        while pid in self.parents:
            if self.parents[pid] == self.box:
                return pid
            pid = self.parents[pid]
        return None

    def beside(self, base):
        """What is here that should not be: a list of lines."""
        wrong, runners = [], {}
        for pid, name in self.ours.items():
            zygote = self._owner(pid)
            if zygote is None:
                wrong.append(f"process {pid} ({name}) outlives its box")
            elif zygote != pid:
                runners.setdefault(zygote, []).append(f"{pid} ({name})")
        wrong += [f"zygote {z} has {len(r)} processes while idle: {r}"
                  for z, r in runners.items() if len(r) > RUNNERS]
        wrong += [f"cgroup left: {path}" for path in sorted(self.cgroups)
                  if not path.endswith(f"assay-box.{self.box}")
                  and path not in base.cgroups]
        wrong += [f"mount left: {m}" for m in sorted(self.mounts - base.mounts)]
        wrong += [f"file left: {f}" for f in sorted(self.files - base.files)]
        wrong += [f"{name} has {n} descriptors, had {base.open.get(name, 0)}"
                  for name, n in self.open.items()
                  if base.open.get(name, 0)
                  and n > base.open[name] + FEW_DESCRIPTORS]
        return wrong
