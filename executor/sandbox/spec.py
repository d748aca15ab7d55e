"""What a sandbox is asked for, and the facts it gives back. No judgement: that is `verdict`'s."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from executor.models import Artifact, Limits, OutputChunk, SourceFile, Stream, Usage


class Kind(StrEnum):
    """Which runner a sandbox is cloned from."""

    GENERIC = "generic"  # the program is an execve of its argv
    PYTHON = "python"  # the program goes on in an interpreter that has already started


@dataclass(frozen=True, slots=True)
class SandboxSpec:
    """A sandbox that can be made before its job is known."""

    kind: Kind
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run in a ready sandbox.

    ``files`` lie in the work folder before it starts. ``collect`` asks for the files it leaves,
    unchanged ``files`` not among them. With ``interactive`` standard input stays open after ``stdin``.
    ``burnt_seconds`` of CPU its owner used lately: its weight is lower for them.
    """

    argv: tuple[str, ...]
    env: dict[str, str]
    files: tuple[SourceFile, ...] = ()
    stdin: bytes = b""
    interactive: bool = False
    collect: bool = True
    burnt_seconds: float = 0.0
    on_started: Callable[[], None] | None = field(default=None, compare=False)
    on_output: Callable[[Stream, bytes], None] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a program in a sandbox ended, as facts.

    Exactly one of ``exit_code``, ``signal`` and ``failure`` is set when the program ended by
    itself; ``failure`` is why it could not be started. All may be `None` when it was killed.
    """

    exit_code: int | None = None
    signal: int | None = None
    failure: str | None = None
    cancelled: bool = False
    oom_killed: bool = False
    output_cut: bool = False
    wall_limit_hit: bool = False
    cpu_limit_hit: bool = False
    processes_refused: bool = False
    disk_full: bool = False
    output: tuple[OutputChunk, ...] = ()
    total_bytes: int = 0
    artifacts: tuple[Artifact, ...] = ()
    executables: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    usage: Usage
