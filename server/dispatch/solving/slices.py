"""How soon the worker beside a server gives its core back to one that serves.

Linux lets what runs finish its slice before it gives way to what wakes, whatever the niceness of either: milliseconds,
which one answer in a hundred then waited for. A task may ask for shorter slices (Linux 6.12 and later; others take no
notice of it). `SCHED_IDLE` would give way at once, but where every core is busy such a worker hardly runs at all.
Source: sched_setattr(2), and "EEVDF Scheduler" in the kernel's documentation.
"""

import ctypes
import os
import platform
import sys

SLICE = 100_000
"""Nanoseconds: the least that Linux takes."""

_SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}
"""The number of the system call by machine: not every C library has a name for it."""


class _Attributes(ctypes.Structure):
    """`struct sched_attr` in its first published size."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime", ctypes.c_uint64),
        ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    )


def shorten() -> bool:
    """From now on this thread and its children run in short slices; niceness and policy stay. False: not here."""
    number = _SCHED_SETATTR.get(platform.machine())
    if sys.platform != "linux" or number is None:
        return False
    asked = _Attributes(
        size=ctypes.sizeof(_Attributes),
        policy=os.sched_getscheduler(0),
        nice=os.getpriority(os.PRIO_PROCESS, 0),
        runtime=SLICE,
    )
    syscall = ctypes.CDLL(None).syscall
    done: int = syscall(ctypes.c_long(number), ctypes.c_int(0), ctypes.byref(asked), ctypes.c_uint(0))
    return done == 0
