"""Writes what the Piston API answers: `Result` in, JSON documents out. Pure.

Keys stand in Piston's order, ours behind them; its clients find what they know and pass over the
rest. Times are whole milliseconds in Piston's keys, seconds in ours.
"""

import base64
import mimetypes
import signal
from collections.abc import Sequence
from typing import Final

from executor.http.encoding import interleaved, shown
from executor.http.selection import Offer
from executor.models import Artifact, Result, Status, StepResult, Stream
from executor.units import human_size

Document = dict[str, object]

_LETTERS: Final = {
    Status.OK: None,
    Status.COMPILE_ERROR: "RE",
    Status.RUNTIME_ERROR: "RE",
    Status.SIGNALLED: "SG",
    Status.TIME_LIMIT: "TO",
    Status.CPU_LIMIT: "TO",
    Status.MEMORY_LIMIT: "SG",
    Status.OUTPUT_LIMIT: "OL",
    Status.PROCESS_LIMIT: "RE",
    Status.DISK_LIMIT: "RE",
    Status.CANCELLED: "XX",
    Status.INTERNAL_ERROR: "XX",
}
# Stopped by us: whatever the program would have said of its end, a client must not take it for one.
_KILLED: Final = {
    Status.TIME_LIMIT, Status.CPU_LIMIT, Status.MEMORY_LIMIT, Status.OUTPUT_LIMIT,
    Status.CANCELLED, Status.INTERNAL_ERROR,
}  # fmt: skip


def runtimes_document(offered: Sequence[Offer]) -> list[Document]:
    """Return ``/runtimes``.

    As on Piston an entry names its runtime only where that tells something apart: it provides
    several languages, or the language has several of them.
    """
    languages: dict[str, set[str]] = {}
    runtimes: dict[str, set[str]] = {}
    for offer in offered:
        languages.setdefault(offer.runtime.runtime, set()).add(offer.runtime.name)
        runtimes.setdefault(offer.runtime.name, set()).add(offer.runtime.runtime)
    documents: list[Document] = []
    for offer in offered:
        document: Document = {
            "language": offer.runtime.name,
            "version": offer.version,
            "aliases": list(offer.runtime.aliases),
        }
        tells = len(languages[offer.runtime.runtime]) > 1 or len(runtimes[offer.runtime.name]) > 1
        if tells and offer.runtime.runtime:
            document["runtime"] = offer.runtime.runtime
        documents.append(document)
    return documents


def result_document(result: Result, offer: Offer) -> Document:
    """Return the answer to ``/execute``; a compile step that failed is repeated as ``run``."""
    stages = {step.name: stage_document(step, result.job_id) for step in result.steps}
    if "run" not in stages:
        stages["run"] = stages.get("compile") or _never_started()
    document: Document = {name: stages[name] for name in ("compile", "run") if name in stages}
    document |= {"language": result.language, "version": offer.version}
    return document | about(result)


def about(result: Result) -> Document:
    """Return what is ours of a whole job: identity, verdict, times and the files it made."""
    return {
        "job_id": result.job_id,
        "verdict": result.status.value,
        "cached": result.cached,
        "queue_seconds": round(result.queue_seconds, 6),
        "timings": timings(result),
        "artifacts": [artifact_document(artifact) for artifact in result.artifacts],
    }


def stage_document(step: StepResult, job_id: str) -> Document:
    """Return one stage: ten keys of Piston's, then ours."""
    code, signal_name = _ending(step)
    return {
        "signal": signal_name,
        "stdout": shown(step.stdout, truncated=step.truncated),
        "stderr": shown(step.stderr, truncated=step.truncated),
        "code": code,
        "output": interleaved(step.output, truncated=step.truncated),
        "memory": step.usage.memory_bytes,
        "message": message(step, job_id),
        "status": letters(step),
        "cpu_time": round(step.usage.cpu_seconds * 1000),
        "wall_time": round(step.usage.wall_seconds * 1000),
        "verdict": step.status.value,
        "truncated": step.truncated,
        "stdout_bytes": len(step.stdout),
        "stderr_bytes": len(step.stderr),
        "total_bytes": step.total_bytes,
        "notes": list(step.notes),
    }


def timings(result: Result) -> dict[str, float]:
    """Return the seconds of each phase, in their order; ``total`` is their sum."""
    phases = {"queue": result.queue_seconds}
    for step in result.steps:
        # A step out of the cache carries the usage of the first time; it took nothing this time.
        is_cached = step.name == "compile" and result.cached
        phases[f"{step.name}_prepare"] = step.times.prepare_seconds
        phases[step.name] = 0.0 if is_cached else step.usage.wall_seconds
        phases[f"{step.name}_collect"] = step.times.collect_seconds
    phases["total"] = sum(phases.values())
    return {name: round(seconds, 6) for name, seconds in phases.items()}


def server_timing(result: Result) -> str:
    """Return the phases as a ``Server-Timing`` header, which browsers' tools draw."""
    phases = (f"{name};dur={seconds * 1000:.1f}" for name, seconds in timings(result).items())
    return ", ".join(phases)


def artifact_document(artifact: Artifact) -> Document:
    """Return a file that the program made; its path is hostile text."""
    kind, _ = mimetypes.guess_type(artifact.path, strict=False)
    return {
        "path": artifact.path,
        "size": len(artifact.content),
        "type": kind or "application/octet-stream",
        "content": base64.b64encode(artifact.content).decode("ascii"),
        "encoding": "base64",
    }


def letters(step: StepResult) -> str | None:
    """Return Piston's two letters for how a step ended, `None` when all is well."""
    if step.status is Status.OUTPUT_LIMIT and _overflowing(step) is Stream.STDERR:
        return "EL"
    if step.status in {Status.PROCESS_LIMIT, Status.DISK_LIMIT} and step.signal is not None:
        return "SG"
    if step.status is Status.COMPILE_ERROR and step.signal is not None:
        return "SG"
    return _LETTERS[step.status]


def message(step: StepResult, job_id: str) -> str | None:
    """Return the one line that says why a step did not end well; Piston's where it has one."""
    limits = step.limits
    said = {
        Status.OK: None,
        Status.TIME_LIMIT: "Time limit exceeded (wall clock)",
        Status.CPU_LIMIT: "Time limit exceeded",
        Status.OUTPUT_LIMIT: f"{_overflowing(step).value} length exceeded",
        Status.MEMORY_LIMIT: f"Memory limit exceeded ({human_size(limits.memory_bytes)})",
        Status.PROCESS_LIMIT: f"Process limit exceeded ({limits.processes} processes and threads)",
        Status.DISK_LIMIT: f"Disk limit exceeded ({human_size(limits.disk_bytes)})",
        Status.CANCELLED: "Cancelled",
        Status.INTERNAL_ERROR: f"The executor failed, not the program (job {job_id})",
    }
    return said[step.status] if step.status in said else _own_end(step)


def signal_number(name: str) -> int:
    """Return the number of a signal called such as ``SIGTERM`` or ``SIGRTMIN+2``.

    Raises:
        ValueError: there is no signal of that name.
    """
    for base, sign in (("SIGRTMIN+", 1), ("SIGRTMAX-", -1)):
        offset = name.removeprefix(base)
        if offset != name and offset.isdecimal() and len(offset) < 3:
            number = int(signal.SIGRTMIN if sign > 0 else signal.SIGRTMAX) + sign * int(offset)
            if signal.SIGRTMIN <= number <= signal.SIGRTMAX:
                return number
    try:
        return int(signal.Signals[name])
    except KeyError:
        raise ValueError(f"there is no signal {name!r:.40}") from None


def _ending(step: StepResult) -> tuple[int | None, str | None]:
    if step.status in _KILLED:
        return None, "SIGKILL"
    if step.signal is not None:
        return None, step.signal
    return step.exit_code, None


def _own_end(step: StepResult) -> str:
    if step.signal is not None:
        return f"Caught fatal signal {_number_of(step.signal)}"
    if step.exit_code is None:
        return step.notes[0] if step.notes else "The program could not be started"
    return f"Exited with error status {step.exit_code}"


def _number_of(name: str) -> int | str:
    try:
        return signal_number(name)
    except ValueError:
        return name.removeprefix("SIG")


def _overflowing(step: StepResult) -> Stream:
    """Return the stream whose bytes crossed the limit: the one that was printed to last."""
    return step.output[-1].stream if step.output else Stream.STDOUT


def _never_started() -> Document:
    return {
        "signal": "SIGKILL",
        "stdout": "",
        "stderr": "",
        "code": None,
        "output": "",
        "memory": None,
        "message": "Cancelled",
        "status": "XX",
        "cpu_time": 0,
        "wall_time": 0,
        "verdict": Status.CANCELLED.value,
        "truncated": False,
        "stdout_bytes": 0,
        "stderr_bytes": 0,
        "total_bytes": 0,
        "notes": [],
    }


def error_document(text: str, **more: object) -> Document:
    """Return an error's body, as every refusal of Piston's looks."""
    return {"message": text, **more}
