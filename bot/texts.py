"""Every sentence the bot says, in one place. Nothing here can ping: quoted words come in harmless."""

from collections.abc import Sequence

from executor import Limits, Status, StepResult, Usage, human_duration, human_size

_SIGNAL_MEANS = {
    "SIGSEGV": "it used memory that is not its own",
    "SIGBUS": "it used memory that is not its own",
    "SIGABRT": "it aborted itself",
    "SIGFPE": "it did impossible arithmetic, such as dividing by zero",
    "SIGILL": "it ran an illegal instruction",
    "SIGTRAP": "it hit a trap",
    "SIGSYS": "it made a system call that is not allowed here",
    "SIGPIPE": "it wrote to something that was already closed",
}

NOT_RUN = "I could not run that"
NOT_NOW = "Not now"
STOPPED = "Stopped"
RUNNING = "Running…"
STARTING = "Starting…"
COMPILING = "Compiling…"
WAITING = "Waiting…"
OUR_FAULT = "That was our fault, not yours"

CACHED = "ran the cached build"
NEVER_STARTED = "It was stopped before it started."
PRINTED_NOTHING = "It printed nothing."
PRINTED_NOTHING_BEFORE = "It printed nothing before that."
EMPTY_BLOCK = "The code block is empty: put a program between the three backticks, like this:"
NO_BLOCK = "I found no code block: put your program between three backticks, like this:"
ONLY_INPUT = "I found standard input but no program: add a second block with code, like this:"
NO_LANGUAGE = "I cannot tell which language this is: write its name right after the three backticks, like this:"
STOPPING = "I am being restarted: press **Run again** in a minute."
NO_LANGUAGES = (
    "No language can run here at the moment; the operator can see why with `codecage doctor`."
)
EMPTY_FIELD = "There is no code in it: type a program, for example what stands in this message:"
NO_LANGUAGE_CHOSEN = (
    "I cannot tell which language this is: choose one in the field `language`, for example"
    " `python`."
)


def example(tag: str, code: str, invocation: str = "") -> str:
    """Return a message to copy: a code block whose fences are shown, not drawn."""
    fence = "\\`\\`\\`"
    return f"{invocation} {fence}{tag}\n{code}\n{fence}".strip()


def left_out(lines: int, size_bytes: int) -> str:
    """Return the line that stands in the place of output that is not shown."""
    what = f"{count(lines, 'line')}, " if lines else ""
    return f"[… {what}{count(size_bytes, 'byte')} left out …]"


def count(number: int, noun: str) -> str:
    """Return such as ``1 line`` or ``1,204 lines``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def ending(step: StepResult, job_id: str) -> str:
    """Return in plain words how a step ended: the stage, and the code, signal or limit."""
    compiling = step.name == "compile"
    match step.status:
        case Status.OK:
            return "Compiled" if compiling else "Finished"
        case Status.COMPILE_ERROR | Status.RUNTIME_ERROR:
            code = f"code {step.exit_code}" if step.exit_code is not None else "an unknown code"
            return f"Did not compile (exit {code})" if compiling else f"Exited with {code}"
        case Status.SIGNALLED:
            return (
                f"{'The compiler crashed' if compiling else 'Crashed'} ({step.signal or 'signal'})"
            )
        case Status.CANCELLED:
            return "Stopped while compiling" if compiling else STOPPED
        case Status.INTERNAL_ERROR:
            return f"{OUR_FAULT} (job {job_id})"
        case _:
            return _limit_hit(step.status, step.name, step.limits)


def _limit_hit(status: Status, name: str, limits: Limits) -> str:
    subject = "The compiler" if name == "compile" else "It"
    did = {
        Status.TIME_LIMIT: f"ran longer than {human_duration(limits.wall_seconds)}",
        Status.CPU_LIMIT: f"used more than {human_duration(limits.cpu_seconds)} of processor time",
        Status.MEMORY_LIMIT: f"used more than {human_size(limits.memory_bytes)} of memory",
        Status.OUTPUT_LIMIT: f"printed more than {human_size(limits.output_bytes)}",
        Status.PROCESS_LIMIT: f"tried to start more than {limits.processes} processes",
        Status.DISK_LIMIT: f"wrote more than {human_size(limits.disk_bytes)} to disk",
    }[status]
    return f"{subject} {did}"


def signal_means(signal: str | None) -> str | None:
    """Return what usually lies behind a signal, as a sentence."""
    meaning = _SIGNAL_MEANS.get(signal or "")
    return f"{signal} means that {meaning}." if meaning else None


def usage(used: Usage) -> str:
    """Return time, processor time and memory for a footer."""
    return (
        f"{human_duration(used.wall_seconds)} · CPU {human_duration(used.cpu_seconds)}"
        f" · {human_size(used.memory_bytes)}"
    )


def compiled_in(wall_seconds: float) -> str:
    """Return for a footer how long compiling took."""
    return f"compiled in {human_duration(wall_seconds)}"


def only_line_breaks(label: str, number: int) -> str:
    """Return what stands in the place of a block that would be empty to the eye."""
    return f"**{label}**: nothing but {count(number, 'line break')}."


def guessed(language: str, tag: str) -> str:
    """Return how the language was chosen when nobody named it."""
    return (
        f"You named no language and this looks like {language}; if it is not, choose another below,"
        f" or write it right after the three backticks, as in \\`\\`\\`{tag}."
    )


def one_of_several(ordinal: int, total: int) -> str:
    """Return which of several code blocks was run."""
    return (
        f"I ran code block {ordinal} of {total}: a further block is standard input if it is tagged"
        " `stdin`, and a further file if its tag is a file name such as `util.py`."
    )


def unknown_language(typed: str, nearest: tuple[str, ...], example_message: str) -> str:
    """Return a refusal; ``typed`` and ``nearest`` are harmless already."""
    meant = f" Did you mean {' or '.join(nearest)}?" if nearest else ""
    return (
        f"I do not know the language {typed}.{meant} `/languages` lists what I can run;"
        f" for example:\n\n{example_message}"
    )


def unknown_version(language: str, typed: str, versions: tuple[str, ...]) -> str:
    """Return a refusal that names the versions there are."""
    return (
        f"There is no {language} {typed} here, only {', '.join(versions)}: leave the version out or"
        f" name one of these, as in `{language} {versions[0]}`."
    )


def language_blocked(language: str, allowed: tuple[str, ...], tag: str) -> str:
    """Return a refusal that names what is allowed instead; ``tag`` begins a block in one of it."""
    instead = (
        f" You can use {', '.join(allowed)}: begin the block with \\`\\`\\`{tag}, for example."
        if allowed
        else ""
    )
    return f"The language {language} is switched off here.{instead}"


CHANNEL_BLOCKED = (
    "I do not run programs in this channel: send it in another one, or to me in a direct message,"
    " where no mention is needed."
)


def channel_not_allowed(channel_ids: Sequence[int]) -> str:
    """Return a refusal that names the channels where programs run; a link pings nobody."""
    if not channel_ids:
        return "Programs are switched off everywhere: ask whoever operates me."
    where = " or ".join(f"<#{channel_id}>" for channel_id in channel_ids)
    return f"I do not run programs in this channel: send it in {where}."


def cooling_down(wait_seconds: float) -> str:
    """Return when the next run is possible."""
    return (
        f"One moment: you can run the next program in"
        f" {max(1, round(wait_seconds + 0.499))} s; press **Run again** then."
    )


def too_many_runs(unfinished: int) -> str:
    """Return that a member has enough programs under way."""
    return (
        f"{count(unfinished, 'program')} of yours run or wait already: press **Stop** or **Cancel**"
        " below one of them, then **Run again** here."
    )


def too_large(what: str, size_bytes: int, most_bytes: int) -> str:
    """Return that something is over its size."""
    return (
        f"{what} is {human_size(size_bytes)} and may be {human_size(most_bytes)} at most: send less,"
        " and let the program make its data itself."
    )


def too_many_files(files: int, most: int) -> str:
    """Return that a program has too many files."""
    return f"That is {count(files, 'file')} and {most} are the most I take: send fewer."


def queue_full(retry_after_seconds: float) -> str:
    """Return that too many programs wait."""
    return (
        "Too many programs are waiting: press **Run again** in"
        f" {max(1, round(retry_after_seconds))} s."
    )


def unavailable(why: str) -> str:
    """Return that no sandbox can be made, with the reason the operator needs."""
    return (
        f"I cannot run programs at the moment ({why}): press **Run again** later. The operator can"
        " see more with `codecage doctor`."
    )


def our_fault(job_id: str) -> str:
    """Return what a member can do about an error of ours."""
    return (
        f"Something broke on our side. Send it again; if it happens twice, give"
        f" the operator this number: `{job_id}`."
    )


def waiting(position: int) -> str:
    """Return the place in the queue."""
    if position <= 1:
        return "It is next in the queue."
    return f"It is number {position} in the queue."


def attached(names: tuple[str, ...]) -> str:
    """Return that the whole output is in files beside the message."""
    return f"The whole output is attached as {_listed(names)}."


def not_utf8(names: tuple[str, ...]) -> str:
    """Return that the shown text is not what was printed, byte for byte."""
    return f"Not all of it is UTF-8 text; the bytes as printed are attached as {_listed(names)}."


def files_left_out(names: tuple[str, ...], more: int) -> str:
    """Return which files of the program could not be attached, and why."""
    others = f" and {more} more" if more > 0 else ""
    return (
        f"Too much for one message (10 files, 10 MiB each, 25 MiB in all), so these"
        f" are left out: {_listed(names)}{others}."
    )


def may_not_attach(names: tuple[str, ...]) -> str:
    """Return which files are missing because the bot may not attach any."""
    others = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return (
        f"-# Without the permission **Attach Files** I cannot attach {_listed(names[:3])}{others}."
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name[:60]}`" for name in names)


FILE_UNREADABLE = "I could not download that file from Discord: attach it once more."

RUN_DESCRIPTION = "Run a program; without code or file, an editor window opens"
OPTION_LANGUAGE = "such as python, c++ or js; left out, I look at the code"
OPTION_CODE = "the program; several lines are fine"
OPTION_STDIN = "what the program reads from standard input"
OPTION_ARGS = "arguments, as in a shell"
OPTION_FILE = "a source file to run, or a file beside the code"
OPTION_PRIVATE = "show the answer to you alone"
LANGUAGES_DESCRIPTION = "List the languages that I can run"
HELP_DESCRIPTION = "Say how to run a program"

EDITOR_TITLE = "Run a program"
EDITOR_LANGUAGE = "Language"
EDITOR_LANGUAGE_HINT = "Such as python, c++ or js; left out, I look at the code."
EDITOR_CODE = "Program"
EDITOR_STDIN = "Standard input"
EDITOR_ARGS = "Arguments"
EDITOR_ARGS_HINT = "One per line, or one line as in a shell."
