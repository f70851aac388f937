"""Runs a program that dies as soon as it, or a process that it starts, connects to an internet address.

`python without_connections.py PROGRAM ARGUMENT…`; Linux only. What opens a connection may be Python, or any library
that it loads, so the system itself watches, by a seccomp filter (seccomp(2)). A process that connects ends with SIGSYS.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys

# The architecture as the kernel names it, and the numbers of connect(2) and sendto(2) there.
_KERNEL = {"x86_64": (0xC000003E, 42, 44), "aarch64": (0xC00000B7, 203, 206)}
IS_POSSIBLE = sys.platform == "linux" and platform.machine() in _KERNEL

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _MODE_FILTER = 22, 38, 2
_ALLOW, _TRAP = 0x7FFF0000, 0x00030000
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
# Places in struct seccomp_data.
_NUMBER, _ARCHITECTURE, _THIRD_ARGUMENT, _SIXTH_ARGUMENT = 0, 4, 32, 56
# A filter sees the size of an address, not the address. That of a Unix socket has its path's, which isn't these.
_IPV4, _IPV6 = 16, 28


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def forbid_connections() -> None:
    """End this process, and all that it starts, at the first connection; raise `OSError` if that is impossible."""
    architecture, connect, sendto = _KERNEL[platform.machine()]
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 0, 8, architecture),
        (_LOAD, 0, 0, _NUMBER),
        (_IF_EQUAL, 1, 0, connect),
        (_IF_EQUAL, 2, 5, sendto),
        (_LOAD, 0, 0, _THIRD_ARGUMENT),
        (_IF_EQUAL, 4, 2, _IPV4),
        (_LOAD, 0, 0, _SIXTH_ARGUMENT),
        (_IF_EQUAL, 2, 0, _IPV4),
        (_IF_EQUAL, 1, 0, _IPV6),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _TRAP),
    ]
    program = _Program(len(steps), b"".join(struct.pack("HBBI", *step) for step in steps))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        _PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0
    ):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    forbid_connections()
    os.execv(sys.argv[1], sys.argv[1:])
