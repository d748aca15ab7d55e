"""The reader of what a program left, against hostile trees; with real sandboxes in tests/sandbox."""

import binascii
import contextlib
import os
import socket
import stat
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from executor.sandbox.inside import artifacts, frames
from tests.fuzz.trees import CAPS, SECRET, check_tree, collect


@pytest.fixture
def top(tmp_path: Path) -> Path:
    folder = tmp_path / "box"
    folder.mkdir()
    (tmp_path / "outside").write_bytes(SECRET)
    return folder


def links(top: Path) -> None:
    for number, target in enumerate(("../outside", "..", "/", "/proc/self/environ", "/dev/zero")):
        (top / f"link-{number}").symlink_to(target)
    (top / "loop").symlink_to("loop")


def specials(top: Path) -> None:
    os.mkfifo(top / "fifo")
    os.mknod(top / "socket", stat.S_IFSOCK | 0o600)
    if os.geteuid() == 0:  # nobody else can make one, in a sandbox neither
        os.mknod(top / "zero", stat.S_IFCHR | 0o600, os.makedev(1, 5))


def sparse(top: Path) -> None:
    for name, size in (("far-too-large", 1 << 40), ("too-large", CAPS.artifact_bytes + 1)):
        with (top / name).open("wb") as file:
            file.truncate(size)


def many(top: Path) -> None:
    for number in range(3000):
        (top / f"{number}").touch()


def deep(top: Path) -> None:
    here = os.open(top, os.O_RDONLY)
    for _ in range(60):
        os.mkdir("d" * 255, dir_fd=here)
        inner = os.open("d" * 255, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("file", os.O_WRONLY | os.O_CREAT, dir_fd=here))
    os.close(here)


def closed(top: Path) -> None:
    (top / "folder").mkdir()
    (top / "folder" / "file").write_bytes(b"x")
    (top / "folder" / "file").chmod(0)
    (top / "folder").chmod(0)


def odd_names(top: Path) -> None:
    for name in (b"\xff\xfe", b"\n", b"...", b"\\", b"-rf", b"x" * 255, b"\xed\xa0\x80"):
        (top / os.fsdecode(name)).write_bytes(name)


@pytest.mark.parametrize(
    ("make", "files", "words"),
    [
        pytest.param(links, 0, None, id="links-that-lead-out"),
        pytest.param(specials, 0, None, id="fifo-socket-and-device"),
        pytest.param(sparse, 0, "larger than allowed", id="sparse-files"),
        pytest.param(many, CAPS.artifacts, "too many", id="three-thousand-files"),
        pytest.param(deep, 0, "nested too deep", id="a-path-of-15-KiB"),
        pytest.param(closed, 1, None, id="closed-to-their-owner"),
        pytest.param(odd_names, 7, None, id="odd-names"),
    ],
)
def test_only_regular_files_come_out_of_a_hostile_tree(
    top: Path, make: Callable[[Path], None], files: int, words: str | None
) -> None:
    make(top)
    outcome = check_tree(top)
    assert len(outcome.artifacts) == files
    assert [words in note for note in outcome.notes if words] == [True] * (words is not None)


def test_it_looks_at_so_many_entries_and_no_further(top: Path) -> None:
    first = top / "00" / "0"
    for folder in range(21):
        (top / f"{folder:02}").mkdir()
        first.touch()
        for number in range(1, 1001):
            os.link(first, top / f"{folder:02}" / f"{number}")
    outcome = check_tree(top)
    assert len(outcome.artifacts) == CAPS.artifacts
    assert "too many" in outcome.notes[0]


def test_a_file_that_grows_is_taken_as_long_as_it_was(top: Path) -> None:
    path = top / "growing"
    path.write_bytes(b"x")
    grown = threading.Event()

    def grow() -> None:
        with path.open("ab") as file:
            while not grown.is_set():
                file.write(b"x" * 64)
                file.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        for _ in range(20):
            os.truncate(path, 1)
            outcome = collect(top)
            assert all(len(one.content) <= CAPS.artifact_bytes for one in outcome.artifacts)
    finally:
        grown.set()
        writer.join()


def test_what_was_there_before_is_left_out_as_long_as_it_is_the_same(top: Path) -> None:
    (top / "same").write_bytes(b"abc")
    (top / "other").write_bytes(b"abd")
    known = (3, binascii.crc32(b"abc"))
    outcome = collect(top, {b"same": known, b"other": known})
    assert [one.path for one in outcome.artifacts] == ["other"]


def test_a_large_file_is_sent_without_ever_being_held_whole(top: Path) -> None:
    size = 64 << 20
    with (top / "large").open("wb") as file:
        file.truncate(size)
    ours, theirs = socket.socketpair()
    folder = os.open(top, os.O_RDONLY)
    caps = artifacts.Caps(files=1, size=size, skip={})
    received: list[int] = []
    reader = threading.Thread(target=lambda: received.append(_drain(ours)))
    reader.start()
    tracemalloc.start()
    try:
        artifacts.collect(theirs, caps, folder)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        os.close(folder)
        theirs.close()
        reader.join()
        ours.close()
    assert received == [frames.HEADER.size + frames.FILE_HEAD.size + len("large") + size]
    assert peak_bytes < 8 << 20


def _drain(end: socket.socket) -> int:
    buffer = bytearray(1 << 16)
    return sum(iter(lambda: end.recv_into(buffer), 0))


def test_a_file_that_ends_too_early_leaves_a_frame_without_an_end(top: Path) -> None:
    size = 8 << 20  # more than the socket holds
    (top / "a").write_bytes(bytes(size))
    (top / "b").write_bytes(b"never sent")
    ours, theirs = socket.socketpair()
    folder = os.open(top, os.O_RDONLY)
    caps = artifacts.Caps(files=2, size=2 * size, skip={})
    collector = threading.Thread(target=artifacts.collect, args=(theirs, caps, folder))
    decoder = frames.Decoder({**frames.OUTBOUND_BYTES, frames.ARTIFACT: 2 * size})
    with ours, theirs:
        collector.start()
        received = ours.recv(4096)
        os.truncate(top / "a", 0)
        while collector.is_alive():
            with contextlib.suppress(BlockingIOError):
                received += ours.recv(1 << 20, socket.MSG_DONTWAIT)
        theirs.close()
        received += b"".join(iter(lambda: ours.recv(1 << 20), b""))
    os.close(folder)
    assert decoder.feed(received) == []
    assert 0 < decoder.pending_bytes < size
