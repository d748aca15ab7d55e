"""Reads the files a dead program left, as its own uid, and frames them for the host.

The host opens no path of a sandbox at all, so a planted link has nobody to fool. Only regular
files count; a link, fifo, socket or device is passed over.
"""

from __future__ import annotations

import binascii
import os
import socket
import stat
from collections.abc import Iterator

from executor.sandbox.inside import frames

MOST_DEPTH = 16
MOST_ENTRIES = 20000
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


class _CutShortError(Exception):
    """A file ended, or could not be read, before its frame was full."""


class Caps:
    """How much is taken: files and bytes at most, and which unchanged input files are left out."""

    def __init__(self, files: int, size: int, skip: dict[bytes, tuple[int, int]]) -> None:
        self.files = files
        self.size = size
        self.skip = skip


def collect(control: socket.socket, caps: Caps, folder: int) -> None:
    """Send every file of the work folder, which is open already, as a frame.

    This process must hold no privilege by now.
    """
    try:
        Collector(control, caps).run(folder)
    except (OSError, MemoryError):
        body = frames.LEFT_OUT_BODY.pack(frames.COLLECTOR_DIED, 0)
        control.sendall(frames.pack(frames.LEFT_OUT, body))
    except _CutShortError:
        return  # nothing can follow: the host sees a frame without its end, and says so


class Collector:
    """Walks the work folder once, by descriptors only."""

    def __init__(self, control: socket.socket, caps: Caps) -> None:
        self._control = control
        self._caps = caps
        self._entries = 0
        self._left_out: dict[int, int] = {}

    def run(self, folder: int) -> None:
        """Send the files, then what was left out and why."""
        os.fchmod(folder, 0o700)  # whatever the program made of it, it is ours as its owner
        self._walk(folder, b"", 0)
        for reason, count in sorted(self._left_out.items()):
            self._control.sendall(
                frames.pack(frames.LEFT_OUT, frames.LEFT_OUT_BODY.pack(reason, count))
            )

    def _walk(self, folder: int, prefix: bytes, depth: int) -> None:
        for name in self._names(folder):
            path = prefix + name
            try:
                descriptor = _open(folder, name)
            except OSError:
                self._count_unreadable(folder, name)
                continue
            try:
                self._take(descriptor, path, depth)
            finally:
                os.close(descriptor)

    def _names(self, folder: int) -> Iterator[bytes]:
        names = []
        with os.scandir(folder) as entries:
            for entry in entries:
                self._entries += 1
                if self._entries > MOST_ENTRIES:
                    self._leave_out(frames.TOO_MANY)
                    break
                names.append(os.fsencode(entry.name))
        return iter(sorted(names))

    def _take(self, descriptor: int, path: bytes, depth: int) -> None:
        facts = os.fstat(descriptor)
        if stat.S_ISDIR(facts.st_mode):
            os.fchmod(descriptor, 0o700)
            if depth < MOST_DEPTH and len(path) < frames.PATH_BYTES - 256:
                self._walk(descriptor, path + b"/", depth + 1)
            else:
                self._leave_out(frames.TOO_DEEP)
        elif stat.S_ISREG(facts.st_mode):
            self._take_file(descriptor, path, facts)

    def _take_file(self, descriptor: int, path: bytes, facts: os.stat_result) -> None:
        known = self._caps.skip.get(path)
        size = facts.st_size
        if known and known[0] == size and _checksum(descriptor, size) == known[1]:
            return
        if size > self._caps.size:
            self._leave_out(frames.TOO_BIG)
        elif self._caps.files == 0:
            self._leave_out(frames.TOO_MANY)
        else:
            self._caps.files -= 1
            self._caps.size -= size
            self._send_file(descriptor, path, facts)

    def _send_file(self, descriptor: int, path: bytes, facts: os.stat_result) -> None:
        """Send a file piece by piece: this process is in no cgroup, and a file may be large."""
        head = frames.pack_file(path, b"", bool(facts.st_mode & 0o100))
        self._control.sendall(frames.HEADER.pack(frames.ARTIFACT, len(head) + facts.st_size) + head)
        sent = 0
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            for piece in _pieces(descriptor, facts.st_size):
                self._control.sendall(piece)
                sent += len(piece)
        except OSError as error:
            raise _CutShortError from error
        if sent != facts.st_size:
            raise _CutShortError

    def _count_unreadable(self, folder: int, name: bytes) -> None:
        try:
            facts = os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError:
            return
        if stat.S_ISREG(facts.st_mode) or stat.S_ISDIR(facts.st_mode):
            self._leave_out(frames.UNREADABLE)

    def _leave_out(self, reason: int) -> None:
        self._left_out[reason] = self._left_out.get(reason, 0) + 1


def _open(folder: int, name: bytes) -> int:
    """Open an entry; what its owner has closed to itself, it may open again.

    By name, which is safe here only because nobody is left who could put a link in its place.
    """
    try:
        return os.open(name, _OPEN, dir_fd=folder)
    except PermissionError:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise
        os.chmod(name, stat.S_IMODE(mode) | 0o400, dir_fd=folder)
        return os.open(name, _OPEN, dir_fd=folder)


def _pieces(descriptor: int, size: int) -> Iterator[bytes]:
    left = size
    while left > 0:
        piece = os.read(descriptor, min(left, 1 << 20))
        if not piece:
            return
        left -= len(piece)
        yield piece


def _checksum(descriptor: int, size: int) -> int:
    crc = 0
    for piece in _pieces(descriptor, size):
        crc = binascii.crc32(piece, crc)
    return crc
