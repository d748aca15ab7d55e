"""Which instances of us live, told by locks: what a dead one left behind is removed, by exact name.

Each launcher holds a lock on a file named after its instance. The kernel lets go of it when the
launcher dies, however it dies. Folders of instances whose lock is held are never touched, nor are
those of instances in other data folders, about which nothing is known here.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator

_SUFFIX = ".lock"


class Instances:
    """The lock files of one data folder.

    Args:
        folder: where they lie; made when missing.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._lock: int | None = None

    def register(self, name: str) -> None:
        """Hold a lock for ``name`` until this process ends.

        The file gets its name when it is locked already, so that nobody can take it for a dead
        instance's in between.
        """
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        path = self._path(name)
        unnamed = f"{path}.new"
        self._lock = os.open(unnamed, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        os.rename(unnamed, path)

    def dead(self) -> Iterator[str]:
        """Yield the names of instances whose launcher has died; forgets each after its turn."""
        for entry in sorted(os.listdir(self._folder)):
            name = entry[: -len(_SUFFIX)]
            if not entry.endswith(_SUFFIX) or not name.isalnum():
                continue
            try:
                lock = os.open(self._path(name), os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            except OSError:
                continue  # it ended by itself just now
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue  # it lives
            else:
                yield name
                self.forget(name)
            finally:
                os.close(lock)

    def forget(self, name: str) -> None:
        """Remove the file of an instance of which nothing is left."""
        try:
            os.unlink(self._path(name))
        except FileNotFoundError:
            return

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}{_SUFFIX}"
