"""What a result says: how a program ended, what it used, and what of its output is where."""

import sys

from bot import texts
from bot.speech import (
    N_,
    Sentences,
    _,
    ngettext,
    numeral,
    spoken_bytes,
    spoken_duration,
    spoken_size,
)
from executor import Limits, Status, StepResult, Usage

_SIGNAL_MEANS = {
    "SIGSEGV": N_("it used memory that is not its own"),
    "SIGBUS": N_("it used memory that is not its own"),
    "SIGABRT": N_("it aborted itself"),
    "SIGFPE": N_("it did impossible arithmetic, such as dividing by zero"),
    "SIGILL": N_("it ran an illegal instruction"),
    "SIGTRAP": N_("it hit a trap"),
    "SIGSYS": N_("it made a system call that is not allowed here"),
    "SIGPIPE": N_("it wrote to something that was already closed"),
}
CACHED = N_("ran the cached build")
NEVER_STARTED = N_("It was stopped before it started.")
PRINTED_NOTHING = N_("It printed nothing.")
PRINTED_NOTHING_BEFORE = N_("It printed nothing before that.")


def ending(step: StepResult, job_id: str) -> str:
    """Return in plain words how a step ended: the stage, and the code, signal or limit."""
    compiling = step.name == "compile"
    match step.status:
        case Status.OK:
            return _("Compiled") if compiling else _("Finished")
        case Status.COMPILE_ERROR | Status.RUNTIME_ERROR:
            return _exited(step.exit_code, compiling=compiling)
        case Status.SIGNALLED:
            said = _("The compiler crashed ({signal})") if compiling else _("Crashed ({signal})")
            return said.format(signal=step.signal or "?")
        case Status.CANCELLED:
            return _("Stopped while compiling") if compiling else texts.STOPPED
        case Status.INTERNAL_ERROR:
            return _("That was our fault, not yours (job {job_id})").format(job_id=job_id)
        case _:
            return _limit_hit(step.status, step.limits, compiling=compiling)


def _exited(exit_code: int | None, *, compiling: bool) -> str:
    if exit_code is None:
        return _("Did not compile") if compiling else _("Exited with an unknown code")
    if compiling:
        return _("Did not compile (exit code {code})").format(code=exit_code)
    return _("Exited with code {code}").format(code=exit_code)


def _limit_hit(status: Status, limits: Limits, *, compiling: bool) -> str:
    if status is Status.PROCESS_LIMIT:
        return _too_many_processes(limits.processes, compiling=compiling)
    limit, program, compiler = {
        Status.TIME_LIMIT: (
            spoken_duration(limits.wall_seconds),
            N_("It ran longer than {limit}"),
            N_("The compiler ran longer than {limit}"),
        ),
        Status.CPU_LIMIT: (
            spoken_duration(limits.cpu_seconds),
            N_("It used more than {limit} of processor time"),
            N_("The compiler used more than {limit} of processor time"),
        ),
        Status.MEMORY_LIMIT: (
            spoken_size(limits.memory_bytes),
            N_("It used more than {limit} of memory"),
            N_("The compiler used more than {limit} of memory"),
        ),
        Status.OUTPUT_LIMIT: (
            spoken_size(limits.output_bytes),
            N_("It printed more than {limit}"),
            N_("The compiler printed more than {limit}"),
        ),
        Status.DISK_LIMIT: (
            spoken_size(limits.disk_bytes),
            N_("It wrote more than {limit} to disk"),
            N_("The compiler wrote more than {limit} to disk"),
        ),
    }[status]
    return _(compiler if compiling else program).format(limit=limit)


def _too_many_processes(most: int, *, compiling: bool) -> str:
    if compiling:
        said = ngettext(
            "The compiler tried to start more than {number} process",
            "The compiler tried to start more than {number} processes",
            most,
        )
    else:
        said = ngettext(
            "It tried to start more than {number} process",
            "It tried to start more than {number} processes",
            most,
        )
    return said.format(number=numeral(most))


def signal_means(signal: str | None) -> str | None:
    """Return what usually lies behind a signal, as a sentence."""
    meaning = _SIGNAL_MEANS.get(signal or "")
    if meaning is None:
        return None
    return _("{signal} means that {meaning}.").format(signal=signal, meaning=_(meaning))


def usage(used: Usage) -> str:
    """Return time, processor time and memory for a footer."""
    return _("{wall_seconds} · CPU {cpu_seconds} · {memory_bytes}").format(
        wall_seconds=spoken_duration(used.wall_seconds),
        cpu_seconds=spoken_duration(used.cpu_seconds),
        memory_bytes=spoken_size(used.memory_bytes),
    )


def compiled_in(wall_seconds: float) -> str:
    """Return for a footer how long compiling took."""
    return _("compiled in {wall_seconds}").format(wall_seconds=spoken_duration(wall_seconds))


def left_out(lines: int, size_bytes: int) -> str:
    """Return the line that stands in the place of output that is not shown."""
    if not lines:
        return _("[… {bytes} left out …]").format(bytes=spoken_bytes(size_bytes))
    return _("[… {lines}, {bytes} left out …]").format(
        lines=lines_of(lines), bytes=spoken_bytes(size_bytes)
    )


def lines_of(number: int) -> str:
    """Return such as ``1 line`` or ``1,204 lines``."""
    return ngettext("{number} line", "{number} lines", number).format(number=numeral(number))


def only_line_breaks(label: str, number: int) -> str:
    """Return what stands in the place of a block that would be empty to the eye."""
    return ngettext(
        "**{label}**: nothing but {number} line break.",
        "**{label}**: nothing but {number} line breaks.",
        number,
    ).format(label=label, number=numeral(number))


def attached(names: tuple[str, ...]) -> str:
    """Return that the whole output is in files beside the message."""
    return _("The whole output is attached as {names}.").format(names=_listed(names))


def not_utf8(names: tuple[str, ...]) -> str:
    """Return that the shown text is not what was printed, byte for byte."""
    return _("Not all of it is UTF-8 text; the bytes as printed are attached as {names}.").format(
        names=_listed(names)
    )


def files_left_out(names: tuple[str, ...], more: int) -> str:
    """Return which files of the program could not be attached, and why."""
    return _(
        "Too much for one message (10 files, 10 MiB each, 25 MiB in all), so these are left out:"
        " {names}."
    ).format(names=texts.and_more(_listed(names), more))


def may_not_attach(names: tuple[str, ...]) -> str:
    """Return which files are missing because the bot may not attach any."""
    return _("-# Without the permission **Attach Files** I cannot attach {names}.").format(
        names=texts.and_more(_listed(names[:3]), len(names) - 3)
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name[:60]}`" for name in names)


sys.modules[__name__].__class__ = Sentences
