"""What is read of a base before a root is made of it. Real files; nothing is mounted."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from executor.sandbox.inside.root import _read_if_there


def read(base: Path) -> bytes:
    descriptor = os.open(base, os.O_PATH | os.O_DIRECTORY)
    try:
        return _read_if_there(descriptor, "cache")
    finally:
        os.close(descriptor)


def listen(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"content")

    assert read(tmp_path) == b"content"


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda _: None, id="nothing"),
        pytest.param(Path.mkdir, id="folder"),
        pytest.param(os.mkfifo, id="pipe"),
        pytest.param(listen, id="socket"),
        pytest.param(lambda path: path.symlink_to("cache"), id="link-to-itself"),
        pytest.param(lambda path: path.symlink_to("/nowhere"), id="link-to-nothing"),
        pytest.param(lambda path: path.symlink_to("file/below"), id="link-through-a-file"),
        pytest.param(lambda path: path.write_bytes(b"\0" * (2 << 20) + b"1"), id="too-large"),
    ],
)
def test_anything_but_a_small_file_is_nothing(
    tmp_path: Path, make: Callable[[Path], object]
) -> None:
    (tmp_path / "file").touch()
    make(tmp_path / "cache")
    before = set(Path("/proc/self/fd").iterdir())

    assert read(tmp_path) == b""
    assert set(Path("/proc/self/fd").iterdir()) == before
