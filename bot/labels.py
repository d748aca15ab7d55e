"""What stands on buttons, menus and windows, and the sentences that answer them."""

import sys

from bot.speech import N_, Sentences, _

AGAIN = N_("Run again")
EDIT = N_("Edit")
INPUT = N_("Input")
ADD_INPUT = N_("Add input")
OUTPUT = N_("Full output")
DELETE = N_("Delete")
STOP = N_("Stop")
CANCEL = N_("Cancel")

CHOOSE_VERSION = N_("Run it with another version")
CHOOSE_LANGUAGE = N_("Choose the language")
CHOOSE_OTHER_LANGUAGE = N_("Run it as another language")

MENU_RUN = N_("Run code")
MENU_EDIT = N_("Edit & run")

INPUT_TITLE = N_("Standard input")
INPUT_TEXT = N_("What the program reads")
INPUT_LIVE = N_("Type more while it runs")
INPUT_LIVE_HINT = N_("Its input stays open, and a button lets you write further lines.")
TYPE_TITLE = N_("Type to the program")
TYPE_TEXT = N_("One line, or several")
TYPE_END = N_("That is all")
TYPE_END_HINT = N_("The program sees the end of its input afterwards.")

OPTION_MORE_FILE = N_("another file, for the program to use")
OPTION_INTERACTIVE = N_("keep the input open, to type while it runs")

NOT_DONE = N_("That is not possible")
GONE = N_(
    "I no longer know what this ran: send the program again, in a message like this, and the new"
    " answer has buttons that work:"
)
CODE_EXPIRED = N_(
    "I no longer have this program: what comes by command or editor is kept for a few days at most."
    " Run it again with `/run`, or with a message like this:"
)
MESSAGE_GONE = N_(
    "The message with the program is gone, so I cannot run it again: send the program once more, in"
    " a message like this:"
)
MESSAGE_HIDDEN = N_(
    "I can no longer read the message with the program: right-click it (on a phone: hold it), then"
    " Apps > Run code; or send the program again, in a message like this:"
)
NO_OUTPUT_KEPT = N_("I no longer have the whole output: press **Run again** to see it.")
BUSY = N_("This program is running already: wait for it to end, or press **Stop**.")
NOT_RUNNING = N_(
    "That program does not run any more: press **Input** below its answer and tick *Type more while"
    " it runs*."
)
WAS_RESTARTED = N_("I was restarted while this ran: press **Run again**.")
WAS_LOST = N_(
    "I was restarted while this ran, and no longer know what it was: send the program once more, in"
    " a message like this:"
)
TOO_LONG_TO_EDIT = N_(
    "This program is longer than a window holds (4,000 characters): edit your message, and this"
    " answer changes with it, or send the changed program as a file, such as `main.py`."
)
STORE_FAILED = N_(
    "I cannot look up what this ran at the moment: try again in a minute, or send the program once"
    " more, in a message like this:"
)

QUOTED_HIDDEN = N_(
    "Discord does not show me the message that you replied to: right-click it (on a phone: hold"
    " it), then Apps > Run code."
)
QUOTED_GONE = N_("The message that you replied to is gone: send the program itself.")
LIKE_THIS = N_("A message that I can run looks like this:")
QUOTED_WITHOUT_CODE = N_(
    "There is no code block and no file in that message (**Apps > Edit & run** opens its text in"
    " an editor); a message that I can run looks like this:"
)


def not_yours(owner_id: int) -> str:
    """Return whose buttons these are. It is shown to one person, and pings nobody."""
    return _(
        "These buttons belong to <@{owner_id}>, and to moderators. To run the program"
        " yourself: right-click the message with the code (on a phone: hold it), then Apps >"
        " Run code."
    ).format(owner_id=owner_id)


FILES_NOT_KEPT = N_(
    "I no longer have the files that came with this program: open **Apps > Edit & run** once more,"
    " or attach them to `/run`."
)
FILE_IN_NO_LANGUAGE = N_(
    "I cannot tell which language this file is in: choose it below, or write its name in the"
    " message, for example `py`."
)


def binary_file(name: str) -> str:
    """Return that an attachment is no program; ``name`` is harmless already."""
    return _(
        "{name} is not text, so I cannot run it as a program: attach its source code instead."
    ).format(name=name)


def not_utf8_file(name: str) -> str:
    """Return that an attachment is in another encoding; ``name`` is harmless already."""
    return _("{name} is not encoded in UTF-8: save it as UTF-8 and attach it once more.").format(
        name=name
    )


def empty_file(name: str) -> str:
    """Return that an attachment has nothing in it; ``name`` is harmless already."""
    return _("{name} is empty: attach a file with a program in it.").format(name=name)


def run_as(language: str) -> str:
    """Return the label of a button that runs the program as ``language``."""
    return _("Run as {language}").format(language=language)


sys.modules[__name__].__class__ = Sentences
