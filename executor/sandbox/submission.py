"""A program as the bytes that its sandbox reads: the job for PID 2, the order to collect for PID 1. Pure."""

import binascii
import os

from executor.models import Limits
from executor.sandbox.inside import frames
from executor.sandbox.spec import Program


def packed(program: Program) -> bytes:
    """Return the whole job: files, environment, command, and the word to start."""
    parts = [
        frames.pack(
            frames.FILE, frames.pack_file(file.path.encode(), file.content, file.executable)
        )
        for file in program.files
    ]
    environment = (f"{name}={value}".encode() for name, value in program.env.items())
    parts.append(frames.pack(frames.ENV, b"\0".join(environment)))
    argv = (os.fsencode(argument) for argument in program.argv)
    parts.append(frames.pack(frames.ARGV, b"\0".join(argv)))
    parts.append(frames.pack(frames.START))
    return b"".join(parts)


def collect_order(program: Program, limits: Limits) -> bytes:
    """Return what asks for the files that ``program`` leaves, within ``limits``.

    Its own files are named with size and checksum: unchanged, they need not be sent back.
    """
    known = [
        (file.path.encode(), len(file.content), binascii.crc32(file.content))
        for file in program.files
    ]
    order = frames.pack_collect(limits.artifacts, limits.artifact_bytes, known)
    return frames.pack(frames.COLLECT, order)
