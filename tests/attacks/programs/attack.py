"""What every attack in Python begins with. It refuses to do anything outside a sandbox of ours."""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

if str(Path.cwd()) != "/box" or os.path.lexists("/etc/shadow") or os.path.lexists("/var"):
    sys.exit("this runs in a sandbox only")
if os.getpid() == 1:
    sys.exit("this is no init")


def say(*words: object) -> None:
    """Print one line at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def attempt(call: Callable[..., object], *arguments: object, **named: object) -> None:
    """Try one thing and say what came of it."""
    what = getattr(call, "__name__", "call")
    shown = " ".join(map(repr, arguments[:2]))
    try:
        call(*arguments, **named)
    except OSError as error:
        say("REFUSED", errno.errorcode.get(error.errno or 0, str(error)), what, shown)
    else:
        say("BREACH", what, shown)


def attempt_write(path: str, text: str = "1") -> None:
    """Try to open a file for writing, and to write."""

    def write(name: str) -> None:
        descriptor = os.open(name, os.O_WRONLY)
        os.write(descriptor, text.encode())
        os.close(descriptor)

    attempt(write, path)


def attempt_read(path: str) -> None:
    """Try to read a file."""

    def read(name: str) -> None:
        os.read(os.open(name, os.O_RDONLY), 64)

    attempt(read, path)
