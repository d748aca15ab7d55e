"""Says how a job ended: as JSON, as an exit status, and as one line for a person. Pure."""

import base64
import codecs
import re
import signal
from typing import Final

from executor.errors import ExecutorError
from executor.models import Artifact, Limits, Result, Status, StepResult
from executor.units import human_duration, human_size

EXIT_USAGE: Final = 2
EXIT_NOT_RUN: Final = 3
EXIT_TIME_LIMIT: Final = 124  # as timeout(1) has it
EXIT_INTERRUPTED: Final = 128 + signal.SIGINT
_EXIT_KILLED: Final = 128 + signal.SIGKILL


def exit_status(result: Result) -> int:
    """Return what the command exits with: the program's own status wherever it has one."""
    if not result.steps or result.status is Status.CANCELLED:
        return EXIT_INTERRUPTED
    step = result.steps[-1]
    if step.status is Status.INTERNAL_ERROR:
        return EXIT_NOT_RUN
    if step.status in {Status.TIME_LIMIT, Status.CPU_LIMIT}:
        return EXIT_TIME_LIMIT
    if step.signal is not None:
        return 128 + signal_number(step.signal)
    if step.status is Status.OK or step.exit_code:
        return step.exit_code or 0
    return _EXIT_KILLED  # stopped at a limit: by us, whatever it would have said itself


def signal_number(name: str) -> int:
    """Return the number of a signal called ``SIGSEGV``, ``SIGRTMIN+2`` or ``SIG35``."""
    match = re.fullmatch(r"(?:SIG(\d+))|(?:SIGRTMIN\+(\d+))", name)
    if match:
        return int(match[1]) if match[1] else signal.SIGRTMIN + int(match[2])
    return int(signal.Signals[name])


def ending(result: Result) -> str | None:
    """Return why the job ended, in a few words; `None` when all is well."""
    if not result.steps:
        return "stopped before it started"
    step = result.steps[-1]
    if step.status is Status.OK:
        return None
    told = _told(step, result.job_id)
    if step.name == "compile" and step.status is not Status.COMPILE_ERROR:
        return f"while compiling: {told}"
    return told


def _told(step: StepResult, job_id: str) -> str:
    limits = step.limits
    match step.status:
        case Status.COMPILE_ERROR:
            return f"did not compile ({_own_end(step)})"
        case Status.RUNTIME_ERROR | Status.SIGNALLED:
            return _own_end(step)
        case Status.CANCELLED:
            return "stopped"
        case Status.INTERNAL_ERROR:
            return f"failed through a fault of the executor, not the program's (job {job_id})"
        case _:
            return _limit_hit(step.status, limits)


def _own_end(step: StepResult) -> str:
    if step.signal is not None:
        return f"crashed ({step.signal})"
    return f"exited with code {step.exit_code}"


def _limit_hit(status: Status, limits: Limits) -> str:
    said = {
        Status.TIME_LIMIT: f"ran longer than {human_duration(limits.wall_seconds)}",
        Status.CPU_LIMIT: f"used more than {human_duration(limits.cpu_seconds)} of processor time",
        Status.MEMORY_LIMIT: f"used more than {human_size(limits.memory_bytes)} of memory",
        Status.OUTPUT_LIMIT: f"printed more than {human_size(limits.output_bytes)}",
        Status.PROCESS_LIMIT: f"tried to start more than {limits.processes} processes and threads",
        Status.DISK_LIMIT: f"wrote more than {human_size(limits.disk_bytes)} to disk",
    }
    return f"stopped: it {said[status]}"


def decoded(data: bytes, *, truncated: bool) -> str:
    """Return output as text; wrong bytes become U+FFFD, a code point split at a cut is dropped."""
    return codecs.getincrementaldecoder("utf-8")("replace").decode(data, final=not truncated)


def result_document(result: Result) -> dict[str, object]:
    """Return ``result`` as ``codecage run --json`` prints it."""
    return {
        "job_id": result.job_id,
        "language": result.language,
        "version": result.version,
        "status": result.status.value,
        "cached": result.cached,
        "queue_seconds": round(result.queue_seconds, 6),
        "steps": [_step_document(step) for step in result.steps],
        "artifacts": [_artifact_document(artifact) for artifact in result.artifacts],
    }


def error_document(error: ExecutorError) -> dict[str, object]:
    """Return why a job could not be run as ``codecage run --json`` prints it."""
    return {"error": {"type": type(error).__name__, "message": str(error)}}


def _step_document(step: StepResult) -> dict[str, object]:
    return {
        "name": step.name,
        "status": step.status.value,
        "exit_code": step.exit_code,
        "signal": step.signal,
        "stdout": decoded(step.stdout, truncated=step.truncated),
        "stderr": decoded(step.stderr, truncated=step.truncated),
        "stdout_bytes": len(step.stdout),
        "stderr_bytes": len(step.stderr),
        "truncated": step.truncated,
        "usage": {
            "wall_seconds": round(step.usage.wall_seconds, 6),
            "cpu_seconds": round(step.usage.cpu_seconds, 6),
            "memory_bytes": step.usage.memory_bytes,
        },
        "notes": list(step.notes),
    }


def _artifact_document(artifact: Artifact) -> dict[str, object]:
    return {
        "path": artifact.path,
        "size": len(artifact.content),
        "content_base64": base64.b64encode(artifact.content).decode("ascii"),
    }
