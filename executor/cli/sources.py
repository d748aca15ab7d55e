"""Reads a program and its files from disk, and finds out which language it is in."""

import os
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from executor.languagefile import LanguageSpec
from executor.models import SourceFile
from executor.paths import MAX_SOURCE_BYTES, MAX_STDIN_BYTES

_SHEBANG: Final = re.compile(rb"#!\s*(\S+)(?:\s+(?:-S\s+)?(\S+))?")


def read_source(path: str) -> SourceFile:
    """Return the file at ``path``, under the name it gets in the work folder.

    Raises:
        OSError: it cannot be read.
    """
    with Path(path).open("rb") as file:
        # One byte more than fits is enough to be told that it does not; /dev/zero has no end.
        content = read_most(file, MAX_SOURCE_BYTES + 1)
        executable = bool(os.fstat(file.fileno()).st_mode & stat.S_IXUSR)
    return SourceFile(path=name_inside(path), content=content, executable=executable)


def read_input(path: str) -> bytes:
    """Return the standard input that lies in a file.

    Raises:
        OSError: it cannot be read.
    """
    with Path(path).open("rb") as file:
        return read_most(file, MAX_STDIN_BYTES + 1)


def unreadable(path: str, error: OSError) -> str:
    """Return in one sentence why the file at ``path`` cannot be read, and what to do."""
    match error:
        case _ if not path:
            why = "the name is empty; write for example main.py"
        case FileNotFoundError():
            why = f"there is no such file; a relative path begins at {Path.cwd()}"
        case IsADirectoryError():
            why = f"it is a folder; name a file in it, such as {path.rstrip('/')}/main.py"
        case PermissionError():
            why = "you may not read it; let its owner run chmod +r"
        case _:
            why = str(error.strerror)
    return f"{path or repr(path)} cannot be read: {why}."


def read_most(file: BinaryIO, most: int) -> bytes:
    """Return all of ``file``, but not more than ``most`` bytes."""
    parts: list[bytes] = []
    while most > 0 and (part := file.read(min(most, 1 << 16))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def name_inside(path: str) -> str:
    """Return what a file is called in the work folder.

    A relative path keeps its folders, so that files find each other as they do outside; of any
    other only the last part is left.
    """
    parts = PurePosixPath(path).parts
    return parts[-1] if path.startswith("/") or ".." in parts else "/".join(parts)


def find_language(
    path: str, content: bytes, specs: Sequence[LanguageSpec], names: Mapping[str, str]
) -> str | None:
    """Return the name of the language that a file's extension or ``#!`` line says, or `None`.

    Args:
        path: the file; "-" has no extension.
        content: its beginning at least.
        specs: all languages there are.
        names: every name and alias, to the language's own name.
    """
    extension = PurePosixPath(path).suffix.lower()
    for spec in specs:
        if extension and extension in spec.extensions:
            return spec.name
    match = _SHEBANG.match(content)
    if match is None:
        return None
    first, second = (group.decode("utf-8", "replace") if group else "" for group in match.groups())
    program = PurePosixPath(second if first.endswith("/env") else first).name.lower()
    return names.get(program) or names.get(program.rstrip("0123456789."))
