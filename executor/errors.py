"""Why a job could not be run. How a program *ended* is a `Status`, never one of these.

ExecutorError
├── InvalidJobError            the job itself is wrong; the caller can mend it (HTTP 400)
│   ├── UnknownLanguageError   no such language or version here
│   └── UnsafePathError        a file name that would leave the work folder
├── QueueFullError             too many jobs wait (HTTP 503 + Retry-After)
├── RateLimitedError           this owner must wait (HTTP 429 + Retry-After)
├── BackendUnavailableError    the sandbox cannot be made here and now (HTTP 503)
└── ConfigError                settings or language files do not fit (start-up only)
"""

from enum import StrEnum, auto


class JobFault(StrEnum):
    """What is wrong with a job, for whoever says it in another language than an error's own text."""

    NO_FILE = auto()
    TOO_MANY_FILES = auto()
    FILES_TOO_LARGE = auto()
    SAME_NAME = auto()
    FILE_AND_FOLDER = auto()
    INPUT_TOO_LARGE = auto()
    ARGUMENT_WITH_NUL = auto()
    ARGUMENTS_TOO_LARGE = auto()
    NAME_EMPTY = auto()
    NAME_NOT_UNICODE = auto()
    NAME_ABSOLUTE = auto()
    NAME_CLIMBS_OUT = auto()
    NAME_WITH_CONTROL = auto()
    NAME_TOO_LONG = auto()
    NAME_PART_TOO_LONG = auto()
    UNKNOWN_LANGUAGE = auto()
    OTHER = auto()


class ExecutorError(Exception):
    """Base of every error this package raises on purpose; its text is one sentence for a person."""


class InvalidJobError(ExecutorError):
    """The job is malformed: nothing was started.

    Attributes:
        fault: what is wrong; `JobFault.OTHER` where nobody but a program can cause it.
        name: the file or language that it is about, as it was sent; may be empty.
        actual: how many files or bytes there are, where there are too many; otherwise 0.
        most: how many are allowed, in the same unit.
    """

    def __init__(
        self,
        message: str,
        *,
        fault: JobFault = JobFault.OTHER,
        name: str = "",
        actual: int = 0,
        most: int = 0,
    ) -> None:
        super().__init__(message)
        self.fault = fault
        self.name = name
        self.actual = actual
        self.most = most


class UnknownLanguageError(InvalidJobError):
    """No such language or version can run here.

    Attributes:
        language: the name as it was asked for.
        suggestions: the nearest known names, best first; may be empty.
    """

    def __init__(self, message: str, *, language: str, suggestions: tuple[str, ...] = ()) -> None:
        super().__init__(message, fault=JobFault.UNKNOWN_LANGUAGE, name=language)
        self.language = language
        self.suggestions = suggestions


class UnsafePathError(InvalidJobError):
    """A file's path is absolute, empty, too long, or climbs out of the work folder."""


class QueueFullError(ExecutorError):
    """Too many jobs wait; try again after ``retry_after_seconds``."""

    def __init__(self, message: str, *, retry_after_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class RateLimitedError(ExecutorError):
    """This owner has used up its share; try again after ``retry_after_seconds``."""

    def __init__(self, message: str, *, retry_after_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class BackendUnavailableError(ExecutorError):
    """The sandbox cannot be made here: the text says which step failed and why."""


class ConfigError(ExecutorError):
    """A settings or language file does not fit: the text names file, key and fix."""
