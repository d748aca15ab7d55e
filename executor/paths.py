"""What a job may consist of: safe file names and bounded sizes. Pure."""

from collections.abc import Sequence
from typing import Final

from executor.errors import InvalidJobError, UnsafePathError
from executor.models import Job, SourceFile
from executor.units import human_size

MAX_FILES: Final = 32
MAX_SOURCE_BYTES: Final = 1024 * 1024
MAX_STDIN_BYTES: Final = 16 * 1024 * 1024
MAX_ARGS_BYTES: Final = 64 * 1024  # the kernel takes 128 KiB in one argument
MAX_NAME_BYTES: Final = 255  # NAME_MAX of Linux
MAX_PATH_BYTES: Final = 4096  # PATH_MAX of Linux


def check_job(job: Job) -> None:
    """Refuse a job whose files, arguments or input cannot be handed to a sandbox.

    Raises:
        UnsafePathError: a file's name would leave the work folder or cannot exist.
        InvalidJobError: there is no file, two collide, or something is too large.
    """
    check_files(job.files)
    if len(job.stdin) > MAX_STDIN_BYTES:
        raise InvalidJobError(
            f"The standard input has {human_size(len(job.stdin))}; "
            f"at most {human_size(MAX_STDIN_BYTES)} fit."
        )
    if any("\0" in arg for arg in job.args):
        raise InvalidJobError("An argument holds a NUL character, which no program can be given.")
    if sum(len(arg.encode("utf-8", "surrogatepass")) + 1 for arg in job.args) > MAX_ARGS_BYTES:
        raise InvalidJobError(
            f"The arguments have more than {human_size(MAX_ARGS_BYTES)}; "
            "send long input as standard input."
        )


def check_files(files: Sequence[SourceFile]) -> None:
    """Refuse files that cannot stand beside each other in one work folder.

    Raises:
        UnsafePathError: a name would leave the work folder or cannot exist.
        InvalidJobError: there is no file, too many, too much, or two names collide.
    """
    if not files:
        raise InvalidJobError("There is no program to run: a job needs at least one file.")
    if len(files) > MAX_FILES:
        raise InvalidJobError(f"A job can have {MAX_FILES} files; this one has {len(files)}.")
    size = sum(len(file.content) for file in files)
    if size > MAX_SOURCE_BYTES:
        raise InvalidJobError(
            f"The files have {human_size(size)}; at most {human_size(MAX_SOURCE_BYTES)} fit. "
            "Send large data as standard input."
        )
    seen: set[str] = set()
    folders: set[str] = set()
    for file in files:
        check_path(file.path)
        if file.path in seen:
            raise InvalidJobError(f"Two files are called {file.path!r}; give each its own name.")
        seen.add(file.path)
        folders.update(_folders(file.path))
    for path in sorted(seen & folders):
        raise InvalidJobError(f"{path!r} is a file and a folder at once; rename one of them.")


def check_path(path: str) -> None:
    """Refuse a file name that is not a plain relative path inside the work folder.

    Raises:
        UnsafePathError: it is empty, absolute, too long, climbs out, or holds control characters.
    """
    try:
        encoded = path.encode()
    except UnicodeEncodeError:
        raise UnsafePathError(f"The file name {path!r} is not valid Unicode.") from None
    parts = path.split("/")
    if not path:
        raise UnsafePathError("A file has an empty name; call it for example main.py.")
    if len(encoded) > MAX_PATH_BYTES:
        raise UnsafePathError(
            f"The file name {path[:40]!r}… is longer than {MAX_PATH_BYTES} bytes."
        )
    if path.startswith("/"):
        raise UnsafePathError(f"The file name {path!r} is absolute; write it without the first /.")
    if any(part in {"", ".", ".."} for part in parts):
        raise UnsafePathError(
            f"The file name {path!r} has an empty part, . or .. in it; write for example lib/util.py."
        )
    if any(ord(character) < 32 or ord(character) == 127 for character in path):
        raise UnsafePathError(f"The file name {path!r} holds a control character.")
    if any(len(part.encode()) > MAX_NAME_BYTES for part in parts):
        raise UnsafePathError(
            f"The file name {path[:40]!r}… has a part of more than {MAX_NAME_BYTES} bytes."
        )


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
