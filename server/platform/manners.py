"""How a process that works apart behaves beside one that serves: first of all, before it loads what its work needs.

It is nice, and it gives its core back soon: Linux lets what runs finish its slice before it gives way to what wakes,
whatever the niceness of either: milliseconds, which one answer in a hundred then waited for. A task may ask for shorter
slices (Linux 6.12 and later; others take no notice of it). `SCHED_IDLE` would give way at once, but where every core is
busy such a process hardly runs at all. A search on every core is still felt; with one left alone a plain answer finds
it free. Source: sched_setattr(2), and "EEVDF Scheduler" in the kernel's documentation.
"""

import ctypes
import os
import platform
import resource
import sys

NICENESS = 10
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


def behave(memory: int, niceness: int = NICENESS, leaves_core: bool = False) -> None:
    """From now on, with all its children. `memory`: bytes of address space, beyond which work gets a `MemoryError`;
    `leaves_core`: it keeps off one core, where there are several."""
    os.nice(niceness)
    _shorten_slices()
    if leaves_core:
        leave_one()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def leave_one() -> None:
    """Keeps off one core, where there are several."""
    if sys.platform == "linux" and len(cores := os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(0, sorted(cores)[1:])


def _shorten_slices() -> None:
    """Niceness and policy stay. Where it cannot be had, nothing changes."""
    number = _SCHED_SETATTR.get(platform.machine())
    if sys.platform != "linux" or number is None:
        return
    asked = _Attributes(
        size=ctypes.sizeof(_Attributes),
        policy=os.sched_getscheduler(0),
        nice=os.getpriority(os.PRIO_PROCESS, 0),
        runtime=SLICE,
    )
    ctypes.CDLL(None).syscall(ctypes.c_long(number), ctypes.c_int(0), ctypes.byref(asked), ctypes.c_uint(0))
