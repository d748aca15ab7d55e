"""Writes the files a program made into a folder. Their names are hostile text."""

import os
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from executor.errors import UnsafePathError
from executor.models import Artifact
from executor.paths import check_path


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of one file; ``problem`` is why it was not written."""

    path: str
    size_bytes: int
    problem: str | None = None


def save_artifacts(folder: Path, artifacts: Iterable[Artifact]) -> list[Saved]:
    """Write ``artifacts`` below ``folder``, which is made if need be.

    Nothing is overwritten, no link is followed below ``folder``, and no file lands outside.

    Raises:
        OSError: ``folder`` cannot be made or opened.
    """
    folder.mkdir(parents=True, exist_ok=True)
    root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        return [_save(root, artifact) for artifact in artifacts]
    finally:
        os.close(root)


def printable(path: str) -> str:
    """Return a hostile name as one line without control characters."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in path
    )


def _save(root: int, artifact: Artifact) -> Saved:
    size = len(artifact.content)
    try:
        check_path(artifact.path)
        _write(root, artifact.path.split("/"), artifact.content)
    except UnsafePathError:
        return Saved(artifact.path, size, "its name is not safe")
    except FileExistsError:
        return Saved(artifact.path, size, "there is one of that name, which stays as it is")
    except OSError as error:
        return Saved(artifact.path, size, str(error.strerror))
    return Saved(artifact.path, size)


def _write(root: int, parts: list[str], content: bytes) -> None:
    *folders, name = parts
    with ExitStack() as stack:
        parent = root
        for folder in folders:
            with suppress(FileExistsError):
                os.mkdir(folder, dir_fd=parent)
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            parent = os.open(folder, flags, dir_fd=parent)
            stack.callback(os.close, parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(name, flags, 0o644, dir_fd=parent), "wb") as file:
            file.write(content)
