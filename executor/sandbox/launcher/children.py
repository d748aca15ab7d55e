"""Processes of the launcher that end by themselves, or were told to, and have to be reaped."""

from __future__ import annotations

import os


class Children:
    """Reaps without waiting, and in order where that matters.

    The number of a process is nobody else's until it is reaped: so whoever works on it by that number
    goes first.
    """

    def __init__(self) -> None:
        self._unreaped: dict[int, int | None] = {}

    def __bool__(self) -> bool:
        """Whether any is left."""
        return bool(self._unreaped)

    def add(self, pid: int, after: int | None = None) -> None:
        """Reap ``pid`` from now on, but not while ``after`` is unreaped."""
        self._unreaped[pid] = after

    def reap(self) -> None:
        """Take leave of those that have ended."""
        for pid, after in list(self._unreaped.items()):
            if after not in self._unreaped and os.waitpid(pid, os.WNOHANG)[0]:
                del self._unreaped[pid]

    def wait(self) -> None:
        """Return when all have ended."""
        while self._unreaped:
            for pid, after in list(self._unreaped.items()):
                if after not in self._unreaped:
                    os.waitpid(pid, 0)
                    del self._unreaped[pid]
