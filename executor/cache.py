"""Keeps what compile steps built, so that the same program is compiled once."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from executor.models import SourceFile, StepResult
from executor.plan import Step

# What an entry costs beyond its contents: names, objects, the key.
_FILE_OVERHEAD_BYTES = 200


@dataclass(frozen=True, slots=True)
class Build:
    """A compile step that succeeded: how it went, warnings included, and what it made."""

    step: StepResult
    files: tuple[SourceFile, ...]


class CompileCache:
    """Builds by `cache_key`, in memory; the least recently used go first.

    Args:
        capacity_bytes: how much all entries together may hold; what is larger is not kept.
    """

    def __init__(self, capacity_bytes: int = 64 * 1024 * 1024) -> None:
        self._capacity_bytes = capacity_bytes
        self._entries: OrderedDict[str, Build] = OrderedDict()
        self._size_bytes = 0

    @property
    def size_bytes(self) -> int:
        """What the entries hold now."""
        return self._size_bytes

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> Build | None:
        """Return the build under ``key``, or `None`."""
        built = self._entries.get(key)
        if built is not None:
            self._entries.move_to_end(key)
        return built

    def put(self, key: str, build: Build) -> None:
        """Keep ``build`` under ``key`` in place of what was there, and drop the oldest for it."""
        self._forget(key)
        size = _size(build)
        if size > self._capacity_bytes:
            return
        self._entries[key] = build
        self._size_bytes += size
        while self._size_bytes > self._capacity_bytes:
            self._forget(next(iter(self._entries)))

    def _forget(self, key: str) -> None:
        build = self._entries.pop(key, None)
        if build is not None:
            self._size_bytes -= _size(build)


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


def _size(build: Build) -> int:
    files = sum(len(f.content) + len(f.path) + _FILE_OVERHEAD_BYTES for f in build.files)
    return files + 3 * build.step.total_bytes  # output is held as stdout, as stderr and in order
