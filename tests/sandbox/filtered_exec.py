"""A program of its own: puts on the filter in the file argv[1], then becomes argv[2:].

The filter passes over execve, so what is started is under it from its first system call on.
"""

import ctypes
import os
import struct
import sys
from pathlib import Path

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2


def main() -> None:
    program = Path(sys.argv[1]).read_bytes()
    kept = ctypes.create_string_buffer(program, len(program))
    packed = struct.pack("@HP", len(program) // 8, ctypes.addressof(kept))  # struct sock_fprog
    libc = ctypes.CDLL(None, use_errno=True)
    word = ctypes.c_ulong
    libc.prctl.argtypes = [ctypes.c_int, word, ctypes.c_void_p, word, word]
    for arguments in (
        (PR_SET_NO_NEW_PRIVS, 1, None, 0, 0),
        (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, packed, 0, 0),
    ):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606  # no shell is the point


main()
