"""What every run finds loaded: the common part of the standard library.

Not unittest.mock, asyncio, logging, hashlib, pathlib: they are large, and every
page that is mapped here costs each run a little at its fork and at its end.
Who needs them imports them.
"""

import abc
import argparse
import ast
import bisect
import collections.abc
import contextlib
import copy
import dataclasses
import datetime
import decimal
import difflib
import enum
import faulthandler
import fractions
import functools
import gc
import heapq
import io
import itertools
import json
import linecache
import math
import operator
import os
import pprint
import random
import re
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
