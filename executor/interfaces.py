"""The seam: everything that runs programs speaks these two protocols."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from executor.models import Event, Job, Load, Result, Runtime


class Run(Protocol):
    """A job that was accepted. Iterate it for events, or just await `result`.

    Events can be read once, by one reader; whoever does not read them loses nothing but the events.
    """

    @property
    def job_id(self) -> str:
        """The id of the job this run belongs to."""
        ...

    def __aiter__(self) -> AsyncIterator[Event]:
        """Return the events as they happen, `Finished` last."""
        ...

    async def write_stdin(self, data: bytes) -> None:
        """Pass ``data`` to the running program; dropped when it no longer reads."""
        ...

    async def close_stdin(self) -> None:
        """Let the program see the end of its standard input."""
        ...

    async def signal(self, number: int) -> None:
        """Send a signal to the program's process group; ignored while it does not run."""
        ...

    async def cancel(self) -> None:
        """Stop the job wherever it is; `result` then says ``cancelled``. Returns at once."""
        ...

    async def result(self) -> Result:
        """Return how it ended, after the sandbox is gone.

        Raises:
            ExecutorError: it could not be run. Cancelling the awaiting task does not cancel the job.
        """
        ...


class Executor(Protocol):
    """Runs jobs. Owned by whoever made it; `close` ends everything it started."""

    async def start(self, job: Job) -> Run:
        """Accept ``job`` and return at once; it may wait in the queue first.

        Raises:
            InvalidJobError: the job is malformed or its language is unknown.
            QueueFullError: too many jobs wait already.
            BackendUnavailableError: no sandbox can be made here.
        """
        ...

    def runtimes(self) -> Sequence[Runtime]:
        """Return what can run here, sorted by name."""
        ...

    @property
    def is_full(self) -> bool:
        """Whether nobody may wait any more; costs nothing."""
        ...

    @property
    def is_lost(self) -> bool:
        """Whether no program can run any more until whoever made this executor has made a new one."""
        ...

    def load(self) -> Load:
        """Return what there is to do and what is kept ready, now."""
        ...

    async def reload(self) -> None:
        """Read the language files anew; jobs that were accepted go on as they are.

        What sandboxes see of /etc, and which interpreter is kept warm, stays until the next start.

        Raises:
            ConfigError: a file does not fit; then nothing changes.
        """
        ...

    async def close(self) -> None:
        """Cancel every job, end every process, and return when nothing is left."""
        ...
