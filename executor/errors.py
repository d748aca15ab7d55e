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


class ExecutorError(Exception):
    """Base of every error this package raises on purpose; its text is one sentence for a person."""


class InvalidJobError(ExecutorError):
    """The job is malformed: nothing was started."""


class UnknownLanguageError(InvalidJobError):
    """No such language or version can run here.

    Attributes:
        language: the name as it was asked for.
        suggestions: the nearest known names, best first; may be empty.
    """

    def __init__(self, message: str, *, language: str, suggestions: tuple[str, ...] = ()) -> None:
        super().__init__(message)
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
