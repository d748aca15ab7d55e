"""Processes of the launcher that end by themselves, or were told to, and have to be reaped."""

from __future__ import annotations

import os
from collections.abc import Callable


class Children:
    """Reaps without waiting, and in order where that matters.

    The number of a process is nobody else's until it is reaped: so whoever works on it by that number
    goes first.
    """

    def __init__(self) -> None:
        self._unreaped: dict[int, tuple[int | None, Callable[[], None] | None]] = {}

    def __bool__(self) -> bool:
        """Whether any is left."""
        return bool(self._unreaped)

    def add(
        self, pid: int, after: int | None = None, failed: Callable[[], None] | None = None
    ) -> None:
        """Reap ``pid`` from now on, but not while ``after`` is unreaped; call ``failed`` if it did."""
        self._unreaped[pid] = (after, failed)

    def reap(self) -> None:
        """Take leave of those that have ended."""
        for pid, (after, failed) in list(self._unreaped.items()):
            if after in self._unreaped:
                continue
            reaped, status = os.waitpid(pid, os.WNOHANG)
            if reaped:
                del self._unreaped[pid]
            if status and failed is not None:
                failed()

    def wait(self) -> None:
        """Return when all have ended."""
        while self._unreaped:
            for pid, (after, _) in list(self._unreaped.items()):
                if after not in self._unreaped:
                    os.waitpid(pid, 0)
                    del self._unreaped[pid]
