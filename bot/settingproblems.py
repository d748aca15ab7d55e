"""What ``/settings`` says where something cannot be done, or only another way."""

import sys

from bot.speech import N_, Sentences, _

TOO_LONG_FOR_A_WINDOW = N_(
    "These settings are longer than a window takes: press **Export**, change the file, and attach it"
    " to `/settings file:`."
)
TYPED_IS_KEPT = N_("What you typed is attached: change that, and attach it to `/settings file:`.")
TOO_LONG_ALTOGETHER = N_("These settings are too long altogether: shorten the lists of languages.")
UNREADABLE_WAS_RESET = N_("everything that another version of me wrote → as at first")

# Why a settings file cannot be read at all; they stand behind a line and a column.
BAD_BEGINNING = N_("a value cannot begin like this: put it into quotation marks.")
BAD_CHARACTER = N_("a character that stands here belongs in no text.")
MISPLACED = N_("this does not fit below what stands above: look at indentation, dashes and colons.")
NO_TAG = N_("a tag (!) does not fit here: leave it out.")
ONE_DOCUMENT = N_("a second document begins here: write all into one.")
OPEN_BRACKET = N_("a comma or a closing bracket is missing before this.")
OPEN_QUOTE = N_("a quotation mark is never closed.")
STRAY_COLON = N_("a colon cannot stand here: look at the indentation, or put the text into quotes.")
TAB = N_("a tab cannot stand here: indent with spaces.")
TOO_LARGE = N_("a number is too large.")


def gone(names: str) -> str:
    """Return what the settings name and nobody finds; threads come back when somebody writes there."""
    return _(
        "⚠️ I cannot find any more: {names}. What is set about it stays, as a thread that was archived"
        " may come back; **Edit as YAML** or a file takes it out."
    ).format(names=names)


def at(line: int, column: int, reason: str) -> str:
    """Return where in a file something cannot be read, and why."""
    where = _("line {line}, column {column}").format(line=line, column=column)
    return f"{where}: {reason}"


def wrong_kind(found: str, kind: str) -> str:
    """Return that something is not what its tag or its looks say, such as a date."""
    return _("{found} cannot be read as {kind}: put it into quotation marks.").format(
        found=found, kind=kind
    )


def no_time(found: str) -> str:
    """Return that something is no time."""
    return _("{found} is not a time: write a number with a unit, such as 10s or 500ms").format(
        found=found
    )


sys.modules[__name__].__class__ = Sentences
