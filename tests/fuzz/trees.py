"""Whatever a program leaves in its work folder: only its regular files come out, within the caps."""

import contextlib
import os
import socket
import stat
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

from executor.sandbox.inside import artifacts, frames
from executor.sandbox.spec import Outcome
from tests.fuzz.frames import receive
from tests.fuzz.recipe import Recipe
from tests.results import LIMITS

CAPS = replace(LIMITS, artifacts=8, artifact_bytes=4096)
SECRET = b"the host's own"
_END = frames.pack(frames.EXITED, frames.EXITED_BODY.pack(0, 0, 1 << 30, 1 << 20, 0))
_TARGETS = (".", "..", "a", "/", "/etc/passwd", "/proc/self/environ", "/dev/zero", "gone")
_NAMES = (b"a", b"b", b"...", b"-rf", b"\xff\xfe", b"\n", b" ", b"\\", b"\xe2\x80\xae", b"x" * 255)

SEEDS = (
    b"\0\x0a\1hello world" + b"\4\2\5\0\2\0\0\0\4\0\3\0\1\x0a\1content!",
    b"\0\0" * 20 + b"\1\x0a\0",
    b"".join(bytes((n, 9, 1)) + b"contents" for n in range(10)),
)


def one(data: bytes) -> None:
    """Build a tree as the bytes say, and collect it."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        top, outside = Path(folder, "box"), Path(folder, "outside")
        top.mkdir()
        outside.write_bytes(SECRET)
        build(top, outside, Recipe(data))
        check_tree(top)


def build(top: Path, outside: Path, recipe: Recipe) -> None:
    """Make what ``recipe`` says, wherever it leads to below ``top``; what cannot be made is not."""
    here = top
    while recipe:
        path = here / _name(recipe)
        kind = recipe.byte() % 10
        with contextlib.suppress(OSError, ValueError):
            match kind:
                case 0:
                    path.mkdir()
                    here = path
                case 1:
                    here = top
                case 2:
                    (here / os.fsdecode(recipe.take(recipe.byte()).replace(b"/", b"_"))).mkdir()
                case _:
                    _leave(kind, path, outside, recipe)


def _leave(kind: int, path: Path, outside: Path, recipe: Recipe) -> None:
    """Leave something at ``path`` that is no folder, or change what is there."""
    match kind:
        case 3:
            target = recipe.byte() % (len(_TARGETS) + 1)
            path.symlink_to(_TARGETS[target] if target < len(_TARGETS) else outside)
        case 4:
            os.mkfifo(path)
        case 5:
            os.mknod(path, stat.S_IFSOCK | 0o600)
        case 6:
            _write(path, b"", length=recipe.byte() << (recipe.byte() % 40))
        case 7:
            os.link(path.parent / _name(recipe), path, follow_symlinks=False)
        case 8 if not path.is_symlink():
            path.chmod(recipe.byte() << 1)
        case _:
            content = recipe.take(recipe.byte() * 8)
            _write(path, content, length=len(content))


def _name(recipe: Recipe) -> str:
    return os.fsdecode(_NAMES[recipe.byte() % len(_NAMES)])


def _write(path: Path, content: bytes, *, length: int) -> None:
    """Write a file. Never through a link, which may lead to a file of this machine."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
        file.truncate(length)


def check_tree(top: Path) -> Outcome:
    """Collect ``top`` and compare with what is there; return what the host makes of it."""
    outcome = collect(top)
    there = regular_files(os.fsencode(top))
    for artifact in outcome.artifacts:
        shown_so = [path for path in there if path.decode("utf-8", "replace") == artifact.path]
        assert any(_reads(top, path, artifact.content) for path in shown_so), artifact.path
        assert SECRET not in artifact.content
    assert outcome.notes or len(outcome.artifacts) == len(there)
    return outcome


def collect(top: Path, known: dict[bytes, tuple[int, int]] | None = None) -> Outcome:
    """Run the collector over ``top``, less what is ``known``, and read it as the host does."""
    host, inside = socket.socketpair()
    folder = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
    received: list[bytes] = []
    with host, inside:
        reader = threading.Thread(target=_drain, args=(host, received))
        reader.start()
        try:
            caps = artifacts.Caps(files=CAPS.artifacts, size=CAPS.artifact_bytes, skip=known or {})
            artifacts.collect(inside, caps, folder)
        finally:
            os.close(folder)
            inside.shutdown(socket.SHUT_WR)
            reader.join()
    most = CAPS.artifact_bytes + frames.PATH_BYTES + 16
    decoder = frames.Decoder({**frames.OUTBOUND_BYTES, frames.ARTIFACT: most})
    sent = decoder.feed(_END + b"".join(received))
    assert decoder.pending_bytes == 0
    outcome = receive(sent, CAPS)
    assert outcome is not None
    return outcome


def regular_files(top: bytes) -> list[bytes]:
    """Return the path below ``top`` of every regular file there."""
    paths = (folder + b"/" + name for folder, _, names in os.walk(top) for name in names)
    return [os.path.relpath(path, top) for path in paths if stat.S_ISREG(os.lstat(path).st_mode)]


def _reads(top: Path, path: bytes, content: bytes) -> bool:
    return (top / os.fsdecode(path)).read_bytes() == content


def _drain(host: socket.socket, received: list[bytes]) -> None:
    while piece := host.recv(1 << 16):
        received.append(piece)
