"""Frames on the two channels of a sandbox: kind, length, payload. Both ends use this module.

``job``: host to PID 2, one way, closed before the member's program starts.
``ctl``: host to PID 1 and back; the member's program never holds it.

Whatever comes *out* of a sandbox is parsed strictly: an unknown kind, a payload over its kind's
size, or a path that is not plain and relative is a `FrameError`, and the host ends the sandbox.
"""

from __future__ import annotations

import struct

HEADER = struct.Struct("<BI")

# host -> PID 2 (job)
FILE, ARGV, ENV, START = 1, 2, 3, 4
# host -> PID 1 (ctl)
COLLECT, SIGNAL = 16, 17
# PID 1 -> host (ctl)
READY, REFUSED, STARTED, FAILED, METER, ARTIFACT, LEFT_OUT, EXITED = 32, 33, 34, 35, 36, 37, 38, 39
NO_PROC = 40  # refused, as nobody here may mount a /proc

FILE_HEAD = struct.Struct("<BH")  # executable, length of the path; then path and content
COLLECT_HEAD = struct.Struct("<IQ")  # files at most, bytes at most; then the files to leave out
COLLECT_SKIP = struct.Struct("<HQI")  # length of the path, size, crc32; then the path
METER_BODY = struct.Struct("<QQI")  # cpu microseconds, memory bytes, processes
# wait status, cpu microseconds, free bytes, free inodes, wall nanoseconds from start to end
EXITED_BODY = struct.Struct("<iQQQQ")
LEFT_OUT_BODY = struct.Struct("<BI")  # why, how many

# why a file was left out of the artifacts
TOO_MANY, TOO_BIG, UNREADABLE, TOO_DEEP, COLLECTOR_DIED = 1, 2, 3, 4, 5

TEXT_BYTES = 4096
PATH_BYTES = 4096

OUTBOUND_BYTES = {
    READY: 0,
    REFUSED: TEXT_BYTES,
    STARTED: 0,
    FAILED: TEXT_BYTES,
    METER: METER_BODY.size,
    ARTIFACT: 0,  # the host raises this to the job's own limit once there is a job
    LEFT_OUT: LEFT_OUT_BODY.size,
    EXITED: EXITED_BODY.size,
    NO_PROC: TEXT_BYTES,
}


class FrameError(Exception):
    """The other end sent something that is not in the protocol."""


def pack(kind: int, payload: bytes = b"") -> bytes:
    """Return one frame."""
    return HEADER.pack(kind, len(payload)) + payload


def unpack(body: struct.Struct, payload: bytes) -> tuple[int, ...]:
    """Return the numbers of a payload of fixed size.

    Raises:
        FrameError: it has another size.
    """
    if len(payload) != body.size:
        raise FrameError(f"a frame with {len(payload)} bytes instead of {body.size}")
    return body.unpack(payload)


def pack_file(path: bytes, content: bytes, executable: bool) -> bytes:
    """Return the payload of a FILE or ARTIFACT frame."""
    return FILE_HEAD.pack(executable, len(path)) + path + content


def unpack_file(payload: bytes) -> tuple[bytes, bytes, bool]:
    """Return path, content and whether it is executable.

    Raises:
        FrameError: the payload is cut short, or the path is not plain and relative.
    """
    if len(payload) < FILE_HEAD.size:
        raise FrameError("a file frame is cut short")
    executable, length = FILE_HEAD.unpack_from(payload)
    end = FILE_HEAD.size + length
    path = payload[FILE_HEAD.size : end]
    if executable > 1 or len(path) != length:
        raise FrameError("a file frame is malformed")
    check_path(path)
    return path, payload[end:], bool(executable)


def check_path(path: bytes) -> None:
    """Raise FrameError unless ``path`` is relative, plain and stays below the work folder."""
    parts = path.split(b"/")
    if len(path) > PATH_BYTES or b"\0" in path:
        raise FrameError("a path is too long or holds a NUL byte")
    if any(part in (b"", b".", b"..") or len(part) > 255 for part in parts):
        raise FrameError("a path is not plain and relative")


def pack_collect(files: int, size: int, skip: list[tuple[bytes, int, int]]) -> bytes:
    """Return the payload of COLLECT: caps, and (path, size, crc32) of files to leave out."""
    body = [COLLECT_HEAD.pack(files, size)]
    body += [COLLECT_SKIP.pack(len(path), length, crc) + path for path, length, crc in skip]
    return b"".join(body)


def unpack_collect(payload: bytes) -> tuple[int, int, dict[bytes, tuple[int, int]]]:
    """Return caps and the files to leave out, as path to (size, crc32).

    Raises:
        FrameError: the payload is cut short.
    """
    skip = {}
    try:
        files, size = COLLECT_HEAD.unpack_from(payload)
        at = COLLECT_HEAD.size
        while at < len(payload):
            length, file_size, crc = COLLECT_SKIP.unpack_from(payload, at)
            at += COLLECT_SKIP.size
            skip[payload[at : at + length]] = (file_size, crc)
            at += length
    except struct.error as error:
        raise FrameError("what to collect is cut short") from error
    if at > len(payload):
        raise FrameError("what to collect is cut short")
    return files, size, skip


class Decoder:
    """Turns a byte stream into frames, refusing whatever the protocol does not know.

    Args:
        sizes: the kinds that may come, and the largest payload of each in bytes.
    """

    def __init__(self, sizes: dict[int, int]) -> None:
        self._sizes = sizes
        self._buffer = bytearray()
        self._fault = ""

    @property
    def pending_bytes(self) -> int:
        """How many bytes of an unfinished frame are held."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return the frames that ``data`` completes, in order.

        Raises:
            FrameError: an unknown kind or an oversized payload. Nobody knows any more where a frame
                begins, so nothing is kept and every further call fails.
        """
        if self._fault:
            raise FrameError(self._fault)
        try:
            return self._frames(data)
        except FrameError as error:
            self._fault = str(error)
            self._buffer.clear()
            raise

    def _frames(self, data: bytes) -> list[tuple[int, bytes]]:
        self._buffer += data
        frames = []
        while len(self._buffer) >= HEADER.size:
            kind, length = HEADER.unpack_from(self._buffer)
            if kind not in self._sizes:
                raise FrameError(f"a frame of unknown kind {kind}")
            if length > self._sizes[kind]:
                raise FrameError(f"a frame of kind {kind} with {length} bytes")
            end = HEADER.size + length
            if len(self._buffer) < end:
                break
            with memoryview(self._buffer) as view, view[HEADER.size : end] as payload:
                frames.append((kind, bytes(payload)))  # one copy: an artifact may be large
            del self._buffer[:end]
        return frames
