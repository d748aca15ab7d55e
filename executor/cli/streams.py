"""Our own standard streams: there from the start, and no traceback where one cannot be written."""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from executor.cli.messages import say
from executor.cli.outcome import EXIT_NOT_RUN

_CANNOT_WRITE: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}


@contextmanager
def own_streams() -> Iterator[None]:
    """Have all three standard streams inside the block; exit where standard output takes no more."""
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows ASCII alone
    try:
        yield
    except OSError as error:
        if error.filename is not None or error.errno not in _CANNOT_WRITE:
            raise
        drop_output()
        say(f"the output cannot be written: {error.strerror}; make room, or send it elsewhere")
        sys.exit(EXIT_NOT_RUN)


def drop_output() -> None:
    """Let what is still to be written to standard output go nowhere, so that our exit does not fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def _open_what_is_closed() -> None:
    """Open the streams that we were started without.

    Their numbers would be given to the next socket or file, and a program's output written into it.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    # Python has none for a descriptor that was closed (sys.__stdin__).
    sys.stdin = sys.stdin or os.fdopen(0, "r", closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)
