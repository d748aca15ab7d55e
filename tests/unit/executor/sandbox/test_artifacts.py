"""The reader of what a program left, against hostile trees; with real sandboxes in tests/sandbox."""

import binascii
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

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
