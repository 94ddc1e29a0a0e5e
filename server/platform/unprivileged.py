"""Becomes an ordinary user, then runs a command: `python -I -S unprivileged.py WAY UID GID COMMAND…`.

PostgreSQL refuses to run as root. This gives root three ways to run it, none of which touches a permission:

- `namespace`: a user namespace in which our own uid *appears* as UID. Files stay ours, closed parent folders stay
  passable because we own them, and nothing needs chown. Preferred; containers often forbid it.
- `user`: become UID for real. Parent folders must let others through.
- `search`, `override`: become UID, keeping only the capability to pass closed folders (CAP_DAC_READ_SEARCH, or
  CAP_DAC_OVERRIDE where a container grants no more than that).

A script of its own because a namespace can only be entered by a process with one thread. Standard library only.
"""

import ctypes
import os
import sys

CLONE_NEWUSER = 0x10000000
PR_SET_SECUREBITS = 28
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAPABILITY_VERSION_3 = 0x20080522

WAYS = ("namespace", "user", "search", "override")
CAPABILITIES = {"override": 1, "search": 2}  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH

libc = ctypes.CDLL(None, use_errno=True)


def enter_namespace(uid: int, gid: int) -> None:
    """From here on our own uid and gid appear as `uid` and `gid`, without any privilege after the next exec."""
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    _check(libc.unshare(CLONE_NEWUSER), "unshare")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {outer_uid} 1")
    _write("/proc/self/gid_map", f"{gid} {outer_gid} 1")


def become(uid: int, gid: int, capability: int | None) -> None:
    """Change to `uid` and `gid` for good; keep one capability, or none."""
    if capability is not None:
        # Without this bit access(2), which PostgreSQL uses to find itself, ignores capabilities of a non-root uid.
        _prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if capability is not None:
        _keep_only(capability)


def _keep_only(capability: int) -> None:
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    mask = 1 << capability
    data = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)  # effective, permitted, inheritable; low word, high word
    _check(libc.capset(header, data), "capset")
    _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability)


def _prctl(option: int, first: int, second: int = 0) -> None:
    arguments = [ctypes.c_ulong(value) for value in (first, second, 0, 0)]
    _check(libc.prctl(ctypes.c_int(option), *arguments), "prctl")


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _check(result: int, call: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{call}: {os.strerror(ctypes.get_errno())}")


def main(arguments: list[str]) -> None:
    way, uid, gid, *command = arguments
    if way == "namespace":
        enter_namespace(int(uid), int(gid))
    else:
        become(int(uid), int(gid), CAPABILITIES.get(way))
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
