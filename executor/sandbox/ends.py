"""The descriptors between us and a sandbox."""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from executor.errors import BackendUnavailableError

TOO_MANY_FILES: Final = (
    "too many files are open for one more sandbox; raise the limit with ulimit -n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The host's ends of a sandbox's descriptors; the box owns them."""

    control: int
    job: int
    stdin: int
    stdout: int
    stderr: int
    pidfd: int
    oom_event: int | None


def open_ends() -> tuple[list[int], list[int]]:
    """Return our ends and the sandbox's: control, job, stdin, stdout, stderr.

    Raises:
        BackendUnavailableError: this process may open no more files.
    """
    ours: list[int] = []
    inside: list[int] = []
    try:
        control, control_inside = socket.socketpair()
        ours.append(control.detach())
        inside.append(control_inside.detach())
        for we_write in (True, True, False, False):
            reading, writing = os.pipe()
            ours.append(writing if we_write else reading)
            inside.append(reading if we_write else writing)
        # A pipe is its maker's: without this a program of another uid cannot open /dev/stdin.
        _, _, stdin, stdout, stderr = inside
        os.fchmod(stdin, 0o444)
        os.fchmod(stdout, 0o222)
        os.fchmod(stderr, 0o222)
    except OSError as error:
        close_all([*ours, *inside])
        raise BackendUnavailableError(TOO_MANY_FILES) from error
    return ours, inside


def close_all(descriptors: Sequence[int]) -> None:
    """Close ``descriptors``."""
    for descriptor in descriptors:
        os.close(descriptor)
