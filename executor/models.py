"""The executor's vocabulary: frozen values, standard library only, every number with its unit."""

from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Literal

StepName = Literal["compile", "run"]


class Status(StrEnum):
    """How a program ended. Exactly one holds; `executor.verdict` decides which."""

    OK = "ok"
    COMPILE_ERROR = "compile_error"
    RUNTIME_ERROR = "runtime_error"
    SIGNALLED = "signalled"
    TIME_LIMIT = "time_limit"
    CPU_LIMIT = "cpu_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    PROCESS_LIMIT = "process_limit"
    DISK_LIMIT = "disk_limit"
    CANCELLED = "cancelled"
    INTERNAL_ERROR = "internal_error"


class Stream(StrEnum):
    """Where a piece of output was written."""

    STDOUT = "stdout"
    STDERR = "stderr"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file put into the work folder before the program starts; the first one of a job is its entry."""

    path: str
    content: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one step may use. Processes count threads too; output is stdout and stderr together."""

    wall_seconds: float
    cpu_seconds: float
    cpus: float
    memory_bytes: int
    output_bytes: int
    disk_bytes: int
    artifact_bytes: int
    processes: int
    open_files: int
    inodes: int
    artifacts: int

    def clamp(self, ceiling: "Limits") -> "Limits":
        """Return these limits with every field lowered to ``ceiling``'s where it is above."""
        return replace(
            self,
            **{f.name: min(getattr(self, f.name), getattr(ceiling, f.name)) for f in fields(self)},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLimits:
    """The limits of the two steps a job can have."""

    compile: Limits
    run: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsRequest:
    """What a caller asks for; `None` means the language's own. It can only lower, never raise."""

    wall_seconds: float | None = None
    cpu_seconds: float | None = None
    memory_bytes: int | None = None
    output_bytes: int | None = None
    processes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One program to run: its language, files, input and whose turn it uses.

    ``owner`` is an opaque fairness key; jobs of one owner wait for each other.
    ``limits`` are requests: the language's limits hold where a field is `None`.
    ``patience_seconds`` is added to the wall limit of an interactive job's run step, above any
    ceiling, and that limit counts anew from each `Run.write_stdin`, for a quarter of an hour in
    all: whoever runs jobs for people who type may grant it, nobody else's request can.
    """

    id: str
    language: str
    version: str | None = None
    files: tuple[SourceFile, ...]
    stdin: bytes = b""
    args: tuple[str, ...] = ()
    compile_limits: LimitsRequest = field(default_factory=LimitsRequest)
    run_limits: LimitsRequest = field(default_factory=LimitsRequest)
    owner: str = ""
    interactive: bool = False  # keep standard input open after `stdin`, for `Run.write_stdin`
    patience_seconds: float = 0.0
    owner_running: int | None = None  # how many of the owner's jobs may run at once, if it is known
    traceparent: str = ""  # the caller's span as W3C Trace Context writes it; hostile text


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a step used, as the kernel counted it over its whole process tree."""

    wall_seconds: float
    cpu_seconds: float
    memory_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTimes:
    """Where a step's time went, beside the program's own `Usage.wall_seconds`.

    ``prepare_seconds`` is from asking for a sandbox to the program's start, ``collect_seconds``
    from the program's end until its files are read. A step out of the cache took no time.
    """

    prepare_seconds: float = 0.0
    collect_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class OutputChunk:
    """A piece of output and the stream it came from."""

    stream: Stream
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """How one step went. ``output`` has both streams in their order of arrival.

    ``truncated`` means the program printed more than it was allowed: the first bytes are all
    here, and ``total_bytes`` counts what was read before the program was stopped.
    ``limits`` are the ones that held, so that a message can name the number that was hit.
    """

    name: StepName
    status: Status
    exit_code: int | None
    signal: str | None
    stdout: bytes
    stderr: bytes
    output: tuple[OutputChunk, ...]
    truncated: bool
    total_bytes: int
    usage: Usage
    limits: Limits
    notes: tuple[str, ...] = ()  # plain sentences, such as why artifacts are missing
    times: StepTimes = field(default_factory=StepTimes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file the program left in its work folder, read inside the sandbox. The path is hostile text."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A finished job: the steps that ran, in order, and the files the last one made."""

    job_id: str
    language: str
    version: str
    steps: tuple[StepResult, ...]
    artifacts: tuple[Artifact, ...] = ()
    queue_seconds: float = 0.0
    cached: bool = False

    @property
    def status(self) -> Status:
        """The status of the last step: a failed compile step is the last one."""
        return self.steps[-1].status if self.steps else Status.CANCELLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """A language as it can be run here. ``version`` is what the tool itself says."""

    name: str
    version: str
    aliases: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()  # with the dot: ".py"
    runtime: str = ""  # the implementation, such as "cpython"
    installed: bool = True
    source: str = "host"
    hints: tuple[str, ...] = ()  # regular expressions that only this language's programs match
    entry: str = ""  # what a single source file is called, such as "main.py"
    is_compiled: bool = False
    limits: StageLimits | None = None  # what holds for a job that asks for nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupUsage:
    """What all programs together use and have used since the start, as their cgroup counts it.

    ``peak_bytes`` is `None` where the kernel does not remember it (cgroup v2 before Linux 5.19).
    """

    cpu_seconds: float
    memory_bytes: int
    peak_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What an executor is busy with, and what it keeps ready, at one moment.

    ``is_full`` says that the queue takes nobody any more. ``sandboxes`` are those there are, with
    and without a job, ``made_sandboxes`` all since the start; a quarantined one did not end as it
    should. ``programs`` is `None` where no cgroup counts.
    """

    waiting_jobs: int
    running_jobs: int
    ready_sandboxes: int
    kept_builds: int
    kept_build_bytes: int
    is_full: bool = False
    sandboxes: int = 0
    made_sandboxes: int = 0
    quarantined_sandboxes: int = 0
    programs: GroupUsage | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """The job waits; ``position`` 1 is next."""

    position: int


@dataclass(frozen=True, slots=True)
class StageStarted:
    """A step's program has started."""

    name: StepName


@dataclass(frozen=True, slots=True)
class Output:
    """The running step printed this."""

    stream: Stream
    data: bytes


@dataclass(frozen=True, slots=True)
class StageFinished:
    """A step has ended and its sandbox is gone."""

    step: StepResult


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of every run."""

    result: Result


Event = Queued | StageStarted | Output | StageFinished | Finished
