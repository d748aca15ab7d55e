"""Every sentence the bot says, in one place. Nothing here can ping: quoted words come in harmless."""

import sys
from collections.abc import Sequence

from bot.models import Stopper
from bot.speech import N_, Sentences, _, ngettext, numeral, spoken_size

NOT_RUN = N_("I could not run that")
NOT_NOW = N_("Not now")
STOPPED = N_("Stopped")
RUNNING = N_("Running…")
STARTING = N_("Starting…")
COMPILING = N_("Compiling…")
WAITING = N_("Waiting…")
OUR_FAULT = N_("That was our fault, not yours")

EMPTY_BLOCK = N_("The code block is empty: put a program between the three backticks, like this:")
NO_BLOCK = N_("I found no code block: put your program between three backticks, like this:")
ONLY_INPUT = N_("I found standard input but no program: add a second block with code, like this:")
NO_LANGUAGE = N_(
    "I cannot tell which language this is: write its name right after the three backticks, like this:"
)
STOPPING = N_("I am being restarted: press **Run again** in a minute.")
NO_SANDBOX = N_(
    "I cannot run programs at the moment: press **Run again** later. The operator can see why in the"
    " log and with `codecage doctor`."
)
NO_LANGUAGES = N_(
    "No language can run here at the moment; the operator can see why with `codecage doctor`."
)
EMPTY_FIELD = N_("There is no code in it: type a program, for example the one in this message:")
NO_LANGUAGE_CHOSEN = N_(
    "I cannot tell which language this is: choose one in the field `language`, for example"
    " `python`."
)


def example(tag: str, code: str, invocation: str = "") -> str:
    """Return a message to copy: a code block whose fences are shown, not drawn."""
    fence = "\\`\\`\\`"
    return f"{invocation} {fence}{tag}\n{code}\n{fence}".strip()


def guessed(language: str, tag: str) -> str:
    """Return how the language was chosen when nobody named it."""
    return _(
        "You named no language and this looks like {language}; if it is not, choose"
        " another below, or write it right after the three backticks, as in"
        " \\`\\`\\`{tag}."
    ).format(language=language, tag=tag)


def one_of_several(ordinal: int, total: int) -> str:
    """Return which of several code blocks was run."""
    return _(
        "I ran code block {ordinal} of {total}: a further block is standard input if"
        " `stdin` stands right after its backticks, and a further file if a file name"
        " such as `util.py` stands there."
    ).format(ordinal=ordinal, total=total)


def unknown_language(typed: str, nearest: tuple[str, ...], example_message: str) -> str:
    """Return a refusal; ``typed`` and ``nearest`` are harmless already."""
    sentences = [
        _("I do not know the language {typed}.").format(typed=typed),
        did_you_mean(nearest),
        _("`/languages` lists what I can run; for example:"),
    ]
    return f"{joined(sentences)}\n\n{example_message}"


def did_you_mean(nearest: Sequence[str]) -> str:
    """Return what may have been meant, as a question; nothing if nobody knows."""
    return _("Did you mean {names}?").format(names=either(nearest)) if nearest else ""


def either(names: Sequence[str]) -> str:
    """Return ``a``, ``a or b``, or ``a, b or c``."""
    if len(names) < 2:
        return "".join(names)
    return _("{names} or {last}").format(names=", ".join(names[:-1]), last=names[-1])


def joined(sentences: Sequence[str]) -> str:
    """Return the sentences there are, one after the other."""
    return " ".join(sentence for sentence in sentences if sentence)


def unknown_version(language: str, typed: str, versions: tuple[str, ...]) -> str:
    """Return a refusal that names the versions there are."""
    return _(
        "There is no {language} {typed} here, only {versions}: leave the version out"
        " or name one of these, as in `{language} {first}`."
    ).format(language=language, typed=typed, versions=", ".join(versions), first=versions[0])


def language_blocked(language: str, allowed: tuple[str, ...], tag: str) -> str:
    """Return a refusal that names what is allowed instead; ``tag`` begins a block in one of it."""
    refusal = _("The language {language} is switched off here.").format(language=language)
    if not allowed:
        return refusal
    instead = _("You can use {languages}: begin the block with \\`\\`\\`{tag}, for example.")
    return f"{refusal} {instead.format(languages=', '.join(allowed), tag=tag)}"


CHANNEL_BLOCKED = N_("I do not run programs in this channel: send it in another one.")
NOT_DIRECTLY = N_(
    "I run no programs in direct messages: send it in a channel of a server that I am in, and mention"
    " me there."
)
NO_CHANNEL_LEFT = N_(
    "Programs are switched off in every channel of this server: ask a moderator to choose one with"
    " `/settings`."
)
NO_CHANNEL_ALLOWED = N_("Programs are switched off here: ask the operator to change that.")
DIRECTLY = N_("In a direct message to me you can run them, and need no mention.")


def channel_not_allowed(channel_ids: Sequence[int]) -> str:
    """Return a refusal that names the channels where programs run, at least one; a link pings nobody."""
    where = either([f"<#{channel_id}>" for channel_id in channel_ids])
    return _("I do not run programs in this channel: send it in {where}.").format(where=where)


def cooling_down(wait_seconds: float) -> str:
    """Return when the next run is possible."""
    return _(
        "One moment: you can run the next program in {seconds} s; press **Run again** then."
    ).format(seconds=max(1, round(wait_seconds + 0.499)))


def too_many_runs(unfinished: int) -> str:
    """Return that a member has enough programs under way."""
    return ngettext(
        "{number} program of yours runs or waits already: press **Stop** or **Cancel** below it,"
        " then **Run again** here.",
        "{number} programs of yours run or wait already: press **Stop** or **Cancel** below one of"
        " them, then **Run again** here.",
        unfinished,
    ).format(number=numeral(unfinished))


def program_too_large(size_bytes: int, most_bytes: int) -> str:
    """Return that a program is over its size."""
    return _(
        "Your program is {size} and may be {most} at most: send a shorter one, and let it make its"
        " data itself."
    ).format(size=spoken_size(size_bytes), most=spoken_size(most_bytes))


def input_too_large(size_bytes: int, most_bytes: int) -> str:
    """Return that standard input is over its size."""
    return _(
        "Your standard input is {size} and may be {most} at most: send less, and let the program"
        " make its data itself."
    ).format(size=spoken_size(size_bytes), most=spoken_size(most_bytes))


def files_too_large(files: int, size_bytes: int, most_bytes: int) -> str:
    """Return that what is attached is over its size."""
    return ngettext(
        "That file is {size} and may be {most} at most: attach a smaller one, and let the program"
        " make its data itself.",
        "These files are {size} together and may be {most} at most: attach fewer, and let the"
        " program make its data itself.",
        files,
    ).format(size=spoken_size(size_bytes), most=spoken_size(most_bytes))


def too_many_files(files: int, most: int) -> str:
    """Return that a program has too many files."""
    return ngettext(
        "{number} file is more than I take ({most} at most): send fewer.",
        "{number} files are more than I take ({most} at most): send fewer.",
        files,
    ).format(number=numeral(files), most=numeral(most))


def name_taken(name: str) -> str:
    """Return that two files have one name; ``name`` is harmless already."""
    return _("Two files are called {name}: give each a name of its own.").format(name=name)


def queue_full(retry_after_seconds: float) -> str:
    """Return that too many programs wait."""
    return _("Too many programs are waiting: press **Run again** in {seconds} s.").format(
        seconds=max(1, round(retry_after_seconds))
    )


def our_fault(job_id: str) -> str:
    """Return what a member can do about an error of ours."""
    return _(
        "Something broke on our side. Send it again; if it happens twice, give the"
        " operator this number: `{job_id}`."
    ).format(job_id=job_id)


def waiting(position: int) -> str:
    """Return the place in the queue."""
    if position <= 1:
        return _("It is next in the queue.")
    return _("It is number {position} in the queue.").format(position=position)


def and_more(listed: str, more: int) -> str:
    """Return a list, and how many others there are."""
    if more <= 0:
        return listed
    return ngettext("{names} and {more} more", "{names} and {more} more", more).format(
        names=listed, more=numeral(more)
    )


FILE_UNREADABLE = N_("I could not download that file from Discord: attach it once more.")

RUN_DESCRIPTION = N_("Run a program; without code or file, an editor window opens")
OPTION_LANGUAGE = N_("such as python, c++ or js; left out, I look at the code")
OPTION_CODE = N_("the program; several lines are fine")
OPTION_STDIN = N_("what the program reads from standard input")
OPTION_ARGS = N_("arguments, as in a shell")
OPTION_FILE = N_("a source file to run, or a file for the program to use")
OPTION_PRIVATE = N_("show the answer to you alone")
LANGUAGES_DESCRIPTION = N_("List the languages that I can run")
HELP_DESCRIPTION = N_("Say how to run a program")

EDITOR_TITLE = N_("Run a program")
EDITOR_LANGUAGE = N_("Language")
EDITOR_LANGUAGE_HINT = N_("Such as python, c++ or js; left out, I look at the code.")
EDITOR_CODE = N_("Program")
EDITOR_STDIN = N_("Standard input")
EDITOR_ARGS = N_("Arguments")
EDITOR_ARGS_HINT = N_("One per line, or one line as in a shell.")


def stopped_by(who: Stopper) -> str:
    """Return who stopped a run, for whose run it was."""
    match who:
        case Stopper.MODERATOR:
            return _("A moderator stopped it.")
        case Stopper.OWNER:
            return _("The bot's owner stopped it.")


sys.modules[__name__].__class__ = Sentences
