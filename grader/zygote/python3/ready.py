"""The last of the zygote's modules: everything is loaded; go through it once,
and freeze it.
"""

import faulthandler
import functools
import gc
import os
import random
import signal
import sys

from _wire import socket_pair
from assay import submission, tests

# what graderd asks for, if nothing else
ENVIRONMENT = ["PATH=/usr/bin:/bin", "HOME=/w", "LANG=C.UTF-8", "TMPDIR=/tmp"]
REHEARSALS = 12  # until the interpreter has adapted its bytecode


def set_environment(variables):
    os.environ.clear()
    for variable in variables:
        name, _, value = variable.partition("=")
        os.environ[name] = value


# for python3.c: the generator's own method, without what random.py puts around
seed = functools.partial(random.Random.__base__.seed, random._inst)


def rehearse(here, there):
    """One end in this process, so that what is cached, specialised and made at
    first use is so for all children; the other end in a child."""
    ends = socket_pair()
    child = os.fork()
    if child == 0:
        os.close(ends[0])
        there.rehearse(ends[1])
        os._exit(0)
    os.close(ends[1])
    here.rehearse(ends[0])
    os.close(ends[0])
    if os.waitpid(child, 0)[1] != 0:
        raise RuntimeError("rehearsal")


set_environment(ENVIRONMENT)
# python3.c's timers: where does the program hang?
faulthandler.register(signal.SIGRTMAX - 1, file=2)
for _ in range(REHEARSALS):
    rehearse(tests, submission)
    rehearse(submission, tests)
sys.path_importer_cache.clear()
gc.collect()
gc.freeze()
