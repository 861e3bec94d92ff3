"""What every run finds loaded: the common part of the standard library.

Not unittest.mock, asyncio, logging: they are large, and each object that a
fork's first garbage collection or reference count touches is a page copied.
Tests that need them import them.
"""

import abc
import ast
import bisect
import calendar
import collections.abc
import contextlib
import copy
import csv
import dataclasses
import datetime
import decimal
import enum
import faulthandler
import fractions
import functools
import gc
import hashlib
import heapq
import io
import itertools
import json
import keyword
import linecache
import math
import numbers
import operator
import os
import pathlib
import random
import re
import shutil
import signal
import statistics
import string
import struct
import sys
import textwrap
import threading
import time
import traceback
import types
import typing
import unittest


def set_environment(variables):
    os.environ.clear()
    for variable in variables:
        name, _, value = variable.partition("=")
        os.environ[name] = value


def warm():
    """What is made when it is first used."""
    "é".encode("utf-8").decode("utf-8")
    re.compile(r"\d+")
    json.dumps({"a": [1, 2.5, None]})
    unittest.TestCase()
    linecache.clearcache()


# python3.c's timers: where does the program hang?
faulthandler.register(signal.SIGRTMAX - 1, file=2, all_threads=False)
warm()
sys.path_importer_cache.clear()
gc.collect()
gc.freeze()
