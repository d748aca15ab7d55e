"""What a sandbox is sent can be read again by its own parser."""

import binascii
from dataclasses import replace

from executor.limits import DEFAULT_LIMITS
from executor.models import SourceFile
from executor.sandbox.inside import frames
from executor.sandbox.spec import Program
from executor.sandbox.submission import collect_order, packed

FILES = (
    SourceFile(path="é.py", content=b"print(1)"),
    SourceFile(path="bin/e", content=b"", executable=True),
)
PROGRAM = Program(argv=("python3", "é.py", ""), env={"HOME": "/box", "X": "a=b"}, files=FILES)
SIZES = {frames.FILE: 99, frames.ENV: 99, frames.ARGV: 99, frames.START: 0, frames.COLLECT: 99}


def read(data: bytes) -> list[tuple[int, bytes]]:
    return list(frames.Decoder(SIZES).feed(data))


def test_a_job_is_its_files_its_environment_its_command_and_the_word_to_start() -> None:
    first, second, *others = read(packed(PROGRAM))
    assert frames.unpack_file(first[1]) == ("é.py".encode(), b"print(1)", False)
    assert frames.unpack_file(second[1]) == (b"bin/e", b"", True)
    assert others == [
        (frames.ENV, b"HOME=/box\0X=a=b"),
        (frames.ARGV, "python3\0é.py\0".encode()),
        (frames.START, b""),
    ]


def test_input_files_are_known_by_size_and_checksum() -> None:
    limits = replace(DEFAULT_LIMITS.run, artifacts=7, artifact_bytes=800)
    ((kind, order),) = read(collect_order(PROGRAM, limits))
    assert kind == frames.COLLECT
    known = {"é.py".encode(): (8, binascii.crc32(b"print(1)")), b"bin/e": (0, 0)}
    assert frames.unpack_collect(order) == (7, 800, known)
