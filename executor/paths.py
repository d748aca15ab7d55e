"""What a job may consist of: safe file names and bounded sizes. Pure."""

from collections.abc import Sequence
from typing import Final

from executor.errors import InvalidJobError, JobFault, UnsafePathError
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
            f"at most {human_size(MAX_STDIN_BYTES)} fit.",
            fault=JobFault.INPUT_TOO_LARGE,
            actual=len(job.stdin),
            most=MAX_STDIN_BYTES,
        )
    if any("\0" in arg for arg in job.args):
        raise InvalidJobError(
            "An argument holds a NUL character, which no program can be given.",
            fault=JobFault.ARGUMENT_WITH_NUL,
        )
    size = sum(len(arg.encode("utf-8", "surrogatepass")) + 1 for arg in job.args)
    if size > MAX_ARGS_BYTES:
        raise InvalidJobError(
            f"The arguments have more than {human_size(MAX_ARGS_BYTES)}; "
            "send long input as standard input.",
            fault=JobFault.ARGUMENTS_TOO_LARGE,
            actual=size,
            most=MAX_ARGS_BYTES,
        )


def check_files(files: Sequence[SourceFile]) -> None:
    """Refuse files that cannot stand beside each other in one work folder.

    Raises:
        UnsafePathError: a name would leave the work folder or cannot exist.
        InvalidJobError: there is no file, too many, too much, or two names collide.
    """
    if not files:
        raise InvalidJobError(
            "There is no program to run: a job needs at least one file.", fault=JobFault.NO_FILE
        )
    if len(files) > MAX_FILES:
        raise InvalidJobError(
            f"A job can have {MAX_FILES} files; this one has {len(files)}.",
            fault=JobFault.TOO_MANY_FILES,
            actual=len(files),
            most=MAX_FILES,
        )
    size = sum(len(file.content) for file in files)
    if size > MAX_SOURCE_BYTES:
        raise InvalidJobError(
            f"The files have {human_size(size)}; at most {human_size(MAX_SOURCE_BYTES)} fit. "
            "Send large data as standard input.",
            fault=JobFault.FILES_TOO_LARGE,
            actual=size,
            most=MAX_SOURCE_BYTES,
        )
    for file in files:
        check_path(file.path)
    _check_names([file.path for file in files])


def _check_names(paths: Sequence[str]) -> None:
    """Refuse names that cannot stand beside each other."""
    if twice := next((path for path in paths if paths.count(path) > 1), None):
        raise InvalidJobError(
            f"Two files are called {twice!r}; give each its own name.",
            fault=JobFault.SAME_NAME,
            name=twice,
        )
    folders = {folder for path in paths for folder in _folders(path)}
    if both := next((path for path in paths if path in folders), None):
        raise InvalidJobError(
            f"{both!r} is a file and a folder at once; rename one of them.",
            fault=JobFault.FILE_AND_FOLDER,
            name=both,
        )


def check_path(path: str) -> None:
    """Refuse a file name that is not a plain relative path inside the work folder.

    Raises:
        UnsafePathError: it is empty, absolute, too long, climbs out, or holds control characters.
    """
    try:
        encoded = path.encode()
    except UnicodeEncodeError:
        raise UnsafePathError(
            f"The file name {path!r} is not valid Unicode.",
            fault=JobFault.NAME_NOT_UNICODE,
            name=path,
        ) from None
    if not path:
        raise UnsafePathError(
            "A file has an empty name; call it for example main.py.", fault=JobFault.NAME_EMPTY
        )
    if len(encoded) > MAX_PATH_BYTES:
        raise UnsafePathError(
            f"The file name {path[:40]!r}… is longer than {MAX_PATH_BYTES} bytes.",
            fault=JobFault.NAME_TOO_LONG,
            name=path,
            actual=len(encoded),
            most=MAX_PATH_BYTES,
        )
    _check_parts(path)


def _check_parts(path: str) -> None:
    """Refuse a path whose parts lead out of the work folder, or that no folder can hold."""
    parts = path.split("/")
    if path.startswith("/"):
        raise UnsafePathError(
            f"The file name {path!r} is absolute; write it without the first /.",
            fault=JobFault.NAME_ABSOLUTE,
            name=path,
        )
    if any(part in {"", ".", ".."} for part in parts):
        raise UnsafePathError(
            f"The file name {path!r} has an empty part, . or .. in it; write for example lib/util.py.",
            fault=JobFault.NAME_CLIMBS_OUT,
            name=path,
        )
    if any(ord(character) < 32 or ord(character) == 127 for character in path):
        raise UnsafePathError(
            f"The file name {path!r} holds a control character.",
            fault=JobFault.NAME_WITH_CONTROL,
            name=path,
        )
    longest = max(len(part.encode()) for part in parts)
    if longest > MAX_NAME_BYTES:
        raise UnsafePathError(
            f"The file name {path[:40]!r}… has a part of more than {MAX_NAME_BYTES} bytes.",
            fault=JobFault.NAME_PART_TOO_LONG,
            name=path,
            actual=longest,
            most=MAX_NAME_BYTES,
        )


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
