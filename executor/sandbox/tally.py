"""Gathers the facts of one run as they come in, and adds them up to an `Outcome`. No I/O."""

import os
import signal

from executor.errors import BackendUnavailableError
from executor.models import Artifact, Limits, OutputChunk, Stream, Usage
from executor.sandbox.counters import Reading
from executor.sandbox.inside import frames
from executor.sandbox.spec import Outcome

_LEFT_OUT = {
    frames.TOO_MANY: "some files were left out: the program made too many",
    frames.TOO_BIG: "some files were left out: together they are larger than allowed",
    frames.UNREADABLE: "some files were left out: the program made them unreadable",
    frames.TOO_DEEP: "some files were left out: their folders are nested too deep",
    frames.COLLECTOR_DIED: "the program's files could not be read",
}
# A mount counts as full below this much room: a failed write may have left less than it needed.
_FULL_BYTES = 1 << 16
_FULL_INODES = 8


class Tally:
    """What is known about a run so far."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._chunks: list[OutputChunk] = []
        self._kept_bytes = 0
        self._artifacts: list[Artifact] = []
        self._artifact_bytes = 0
        self._executables: set[str] = set()
        self._notes: dict[str, None] = {}
        self._exit_code: int | None = None  # negative: the signal that ended it
        self._disk_full = False
        self.total_bytes = 0
        self.output_cut = False
        self.cancelled = False
        self.out_of_memory = False
        self.too_many_processes = False
        self.wall_limit_hit = False
        self.cpu_limit_hit = False
        self.wall_seconds = 0.0
        self.cpu_before_seconds = 0.0
        self.failure: str | None = None
        self.refused: str | None = None
        self.protocol_fault: str | None = None
        self.collector_timed_out = False

    def printed(self, stream: Stream, data: bytes) -> bytes:
        """Take in output; return the part that is within the limit."""
        self.total_bytes += len(data)
        room = self.limits.output_bytes - self._kept_bytes
        kept = data[:room]
        if len(data) > room:
            self.output_cut = True
        if kept:
            self._kept_bytes += len(kept)
            self._chunks.append(OutputChunk(stream, kept))
        return kept

    def exited(self, payload: bytes) -> int:
        """Take in the EXITED frame; return the CPU microseconds it tells.

        Raises:
            FrameError: it is not well formed.
        """
        facts = frames.unpack(frames.EXITED_BODY, payload)
        status, cpu_us, free_bytes, free_inodes, wall_ns = facts
        try:
            self._exit_code = os.waitstatus_to_exitcode(status)
        except ValueError as error:
            raise frames.FrameError(str(error)) from error
        self.wall_seconds = wall_ns / 1e9
        self._disk_full = free_bytes < _FULL_BYTES or free_inodes < _FULL_INODES
        return cpu_us

    def frame(self, kind: int, payload: bytes) -> None:
        """Take in FAILED, ARTIFACT and LEFT_OUT.

        Raises:
            FrameError: more than the caps allow, or not well formed.
        """
        if kind == frames.FAILED:
            self.failure = payload.decode(errors="replace")
        elif kind == frames.LEFT_OUT:
            reason, _count = frames.unpack(frames.LEFT_OUT_BODY, payload)
            self._notes[_LEFT_OUT.get(reason, _LEFT_OUT[frames.COLLECTOR_DIED])] = None
        elif kind == frames.ARTIFACT:
            self._keep_artifact(payload)

    def _keep_artifact(self, payload: bytes) -> None:
        path, content, executable = frames.unpack_file(payload)
        self._artifact_bytes += len(content)
        too_many = len(self._artifacts) >= self.limits.artifacts
        if too_many or self._artifact_bytes > self.limits.artifact_bytes:
            raise frames.FrameError("more files than were asked for")
        name = path.decode("utf-8", "replace")
        self._artifacts.append(Artifact(path=name, content=content))
        if executable:
            self._executables.add(name)

    def outcome(self, used: Reading) -> Outcome:
        """Add up.

        Raises:
            BackendUnavailableError: the sandbox itself failed, so that nothing can be said.
        """
        oom = self.out_of_memory or used.out_of_memory
        ended = oom or self.too_many_processes
        explained = ended or self.cancelled or self.output_cut or self._timed_out
        if self.refused and not explained:
            raise BackendUnavailableError(self.refused)
        if self._exit_code is None and self.failure is None and not explained:
            reason = self.protocol_fault or "it ended without a report"
            raise BackendUnavailableError(f"the sandbox failed: {reason}")
        if self.protocol_fault or self.collector_timed_out:
            self._notes[_LEFT_OUT[frames.COLLECTOR_DIED]] = None
        exit_code, signal_number = self._how_it_ended()
        return Outcome(
            exit_code=exit_code,
            signal=signal_number,
            failure=self.failure,
            cancelled=self.cancelled,
            oom_killed=oom,
            output_cut=self.output_cut,
            wall_limit_hit=self.wall_limit_hit,
            cpu_limit_hit=self.cpu_limit_hit,
            processes_refused=used.processes_refused or self.too_many_processes,
            disk_full=self._disk_full or signal_number == signal.SIGXFSZ,
            output=tuple(self._chunks),
            total_bytes=self.total_bytes,
            artifacts=tuple(self._artifacts),
            executables=frozenset(self._executables),
            notes=tuple(self._notes),
            usage=Usage(
                wall_seconds=self.wall_seconds,
                cpu_seconds=max(0.0, used.cpu_seconds - self.cpu_before_seconds),
                memory_bytes=used.peak_bytes,
            ),
        )

    @property
    def _timed_out(self) -> bool:
        return self.wall_limit_hit or self.cpu_limit_hit

    def _how_it_ended(self) -> tuple[int | None, int | None]:
        if self.failure is not None:
            return None, None
        if self._exit_code is None:  # killed from outside, together with what would have told
            return None, int(signal.SIGKILL)
        return (self._exit_code, None) if self._exit_code >= 0 else (None, -self._exit_code)
