"""Keeps what compile steps built, so that the same program is compiled once."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import astuple

from executor.models import SourceFile
from executor.plan import Step

# What an entry costs beyond its contents: names, objects, the key.
_FILE_OVERHEAD_BYTES = 200


class CompileCache:
    """Built files by `cache_key`, in memory; the least recently used go first.

    Args:
        capacity_bytes: how much all entries together may hold; what is larger is not kept.
    """

    def __init__(self, capacity_bytes: int = 64 * 1024 * 1024) -> None:
        self._capacity_bytes = capacity_bytes
        self._entries: OrderedDict[str, tuple[SourceFile, ...]] = OrderedDict()
        self._size_bytes = 0

    @property
    def size_bytes(self) -> int:
        """What the entries hold now."""
        return self._size_bytes

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> tuple[SourceFile, ...] | None:
        """Return what was built under ``key``, or `None`."""
        built = self._entries.get(key)
        if built is not None:
            self._entries.move_to_end(key)
        return built

    def put(self, key: str, built: Iterable[SourceFile]) -> None:
        """Keep ``built`` under ``key`` in place of what was there, and drop the oldest for it."""
        self._forget(key)
        files = tuple(built)
        size = _size(files)
        if size > self._capacity_bytes:
            return
        self._entries[key] = files
        self._size_bytes += size
        while self._size_bytes > self._capacity_bytes:
            self._forget(next(iter(self._entries)))

    def _forget(self, key: str) -> None:
        self._size_bytes -= _size(self._entries.pop(key, ()))


def cache_key(language: tuple[str, str], step: Step, files: Sequence[SourceFile]) -> str:
    """Return what stands for everything that a compile step's result depends on.

    Args:
        language: its name and version.
        step: command, environment and limits (a program may fit only under higher ones).
        files: what lies in the work folder when it starts.
    """
    digest = hashlib.sha256()
    parts: list[object] = [language, step.argv, step.env, astuple(step.limits)]
    parts += [(file.path, file.executable, len(file.content)) for file in files]
    digest.update(repr(parts).encode("utf-8", "surrogatepass"))
    for file in files:
        digest.update(file.content)
    return digest.hexdigest()


def _size(files: Iterable[SourceFile]) -> int:
    return sum(len(file.content) + len(file.path) + _FILE_OVERHEAD_BYTES for file in files)
