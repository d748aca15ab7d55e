"""Explains how a step ended: facts in, one `Status` out. Pure; the most specific cause wins.

The order is the point of this module. A SIGKILL alone says nothing: it is the kernel's answer to
too much memory and ours to too much of anything else, so causes are asked for before signals.
"""

import signal

from executor.models import Limits, Status, StepName, StepResult, Stream
from executor.sandbox.spec import Outcome


def classify(outcome: Outcome, step: StepName) -> Status:
    """Return the one status that explains ``outcome``.

    Cancelled, output, memory (whatever the exit), processes (only when the program did not
    succeed all the same), disk (likewise), CPU, wall, signal, exit code.
    """
    succeeded = outcome.exit_code == 0
    causes = (
        (outcome.cancelled, Status.CANCELLED),
        (outcome.output_cut, Status.OUTPUT_LIMIT),
        (outcome.oom_killed, Status.MEMORY_LIMIT),
        (outcome.processes_refused and not succeeded, Status.PROCESS_LIMIT),
        (outcome.disk_full and not succeeded, Status.DISK_LIMIT),
        (outcome.cpu_limit_hit, Status.CPU_LIMIT),
        (outcome.wall_limit_hit, Status.TIME_LIMIT),
    )
    for holds, status in causes:
        if holds:
            return status
    if outcome.failure is not None:
        return Status.COMPILE_ERROR if step == "compile" else Status.RUNTIME_ERROR
    if outcome.signal is not None:
        return Status.SIGNALLED
    if succeeded:
        return Status.OK
    return Status.COMPILE_ERROR if step == "compile" else Status.RUNTIME_ERROR


def signal_name(number: int) -> str:
    """Return a signal's name, such as ``SIGSEGV``; real-time signals as ``SIGRTMIN+2``."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return (
            f"SIGRTMIN+{number - signal.SIGRTMIN}" if number > signal.SIGRTMIN else f"SIG{number}"
        )


def step_result(outcome: Outcome, step: StepName, limits: Limits) -> StepResult:
    """Turn the facts of a step into its result."""
    notes = list(outcome.notes)
    if outcome.failure is not None:
        notes.insert(0, f"the program could not be started: {outcome.failure}")
    stdout = b"".join(chunk.data for chunk in outcome.output if chunk.stream is Stream.STDOUT)
    stderr = b"".join(chunk.data for chunk in outcome.output if chunk.stream is Stream.STDERR)
    return StepResult(
        name=step,
        status=classify(outcome, step),
        exit_code=outcome.exit_code,
        signal=None if outcome.signal is None else signal_name(outcome.signal),
        stdout=stdout,
        stderr=stderr,
        output=outcome.output,
        truncated=outcome.output_cut,
        total_bytes=outcome.total_bytes,
        usage=outcome.usage,
        limits=limits,
        notes=tuple(notes),
    )
