"""Which instances of us live, told by locks: what a dead one left behind is removed, by exact name.

Each launcher holds a lock on a file named after its instance, in which it notes what would have to be
removed. The kernel lets go of the lock when the launcher dies, however it dies. Nothing of an instance
whose lock is held is ever touched, nor of those in other folders, about which nothing is known here.
A file goes when nothing of its instance is left, and not before.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import os
import stat
from collections.abc import Generator, Iterator
from typing import Any, NamedTuple

_SUFFIX = ".lock"
_MOST_NOTES = 1 << 16


class Dead(NamedTuple):
    """An instance whose launcher has died, and the groups that it noted: version, and by controller."""

    name: str
    groups: list[tuple[int, dict[str, str]]]


class Instances:
    """The lock files of one folder.

    Args:
        folder: where they lie; made when missing.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._lock: int | None = None

    def register(self, name: str) -> int:
        """Hold a lock for ``name`` until this process ends; return a number that no other one has."""
        with self._alone():
            taken = {_number(notes) for _, notes in self._files()}
            number = next(number for number in itertools.count() if number not in taken)
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC
            self._lock = os.open(self._path(name), flags, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            self._note({"number": number})
        return number

    def note_groups(self, version: int, folders: dict[str, str]) -> None:
        """Note, before they are made, the folders below which our groups will be."""
        self._note({"version": version, "folders": folders})

    def dead(self) -> Generator[Dead, None, None]:
        """Yield the instances whose launcher has died; nobody else gets one meanwhile."""
        with contextlib.ExitStack() as held:
            with self._alone():
                found = [Dead(name, _groups(notes)) for name, notes in self._files(held)]
            yield from found

    def forget(self, name: str) -> None:
        """Remove the file of an instance of which nothing is left."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path(name))

    def _files(self, held: contextlib.ExitStack | None = None) -> Iterator[tuple[str, Notes]]:
        """Yield names and notes of all instances, or of the dead ones, whose locks are ``held`` then."""
        for entry in sorted(os.listdir(self._folder)):
            name = entry[: -len(_SUFFIX)]
            if not entry.endswith(_SUFFIX) or not name.isalnum():
                continue
            try:
                flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
                lock = os.open(self._path(name), flags)
            except OSError:
                continue  # it ended by itself just now, or is no file of ours
            with contextlib.ExitStack() as open_until:
                open_until.callback(os.close, lock)
                if not stat.S_ISREG(os.fstat(lock).st_mode):
                    continue  # nor is this
                if held is not None:
                    try:
                        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except OSError:
                        continue  # it lives
                    held.push(open_until.pop_all())
                yield name, _read(lock)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep the other launchers of this folder out, for a moment.

        So nobody can take a file for a dead instance's that is not locked yet, and no two take one number.
        """
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _note(self, note: dict[str, Any]) -> None:
        if self._lock is not None:
            os.write(self._lock, json.dumps(note).encode() + b"\n")

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}{_SUFFIX}"


Notes = list[dict[str, Any]]


def _read(lock: int) -> Notes:
    """Return what was noted; a line that was cut short by a kill had no consequences."""
    notes: Notes = []
    for line in os.pread(lock, _MOST_NOTES, 0).splitlines():
        with contextlib.suppress(ValueError):
            note = json.loads(line)
            if isinstance(note, dict):
                notes.append(note)
    return notes


def _number(notes: Notes) -> int | None:
    numbers = (note.get("number") for note in notes)
    return next((number for number in numbers if isinstance(number, int)), None)


def _groups(notes: Notes) -> list[tuple[int, dict[str, str]]]:
    return [
        (note["version"], note["folders"])
        for note in notes
        if note.get("version") in (1, 2) and _are_folders(note.get("folders"))
    ]


def _are_folders(noted: object) -> bool:
    return isinstance(noted, dict) and all(isinstance(path, str) for path in noted.values())
