"""What the pages of ``/settings`` say of the settings, and why a settings file does not fit."""

import sys

from bot.speech import N_, Sentences, _, ngettext, numeral

CHANNELS = N_("Channels")
ROLES = N_("Roles")
WAIT = N_("Wait between two runs")
MEMBER_QUOTA = N_("Runs per hour and member")
SERVER_QUOTA = N_("Runs per hour on this server")
KEEP_CODE = N_("Code kept for buttons")
SIZE = N_("In a message")
FILE_TYPES = N_("File types")
USUAL_LANGUAGE = N_("Usual language")
WELCOME = N_("Welcome message")
LOG_CHANNEL = N_("Log channel")

NO_LIMIT = N_("no limit")
AS_THE_OPERATOR_WANTS = N_("the operator decides")
LOOK_AT_THE_CODE = N_("none: I look at the code")
ABOUT_EVERYBODY = N_("The menus below are about all members and channels.")
ONLY = N_("only {items}")
EXCEPT = N_("except {items}")

NO_SUCH_KEY = N_("there is no such key.")
NOT_BOTH = N_("write only or except, not both")
ID_TWICE = N_("an id stands here twice")
EXPECTED_CHOICE = N_("all, {only: […]} or {except: […]}")
EXPECTED_KEYS = N_("keys and values")
EXPECTED_TEXT = N_("a text")
EXPECTED_NUMBER = N_("a whole number")
EXPECTED_SWITCH = N_("true or false")
EXPECTED_LIST = N_("a list")
EXPECTED_OTHER = N_("something else")
NO_MAPPING = N_("expected keys and values, such as `log_channel: null`.")
NOT_UTF_8 = N_("this is not UTF-8 text.")
NOT_YAML = N_("this is not YAML that I can read.")
NO_ALIAS = N_("an alias (*) cannot stand here; write the value again")
KEY_IS_NO_NAME = N_("a key must be a plain name")


def from_the_operator(value: str) -> str:
    """Return that a value is the operator's, as it is stricter than the server's."""
    return _("{value} (the operator's)").format(value=value)


def more_lists(number: int) -> str:
    """Return that there are more lists of languages than are shown."""
    return ngettext(
        "-# … {number} more, in the exported file",
        "-# … {number} more, in the exported file",
        number,
    ).format(number=number)


def about(mark: str, languages: str) -> str:
    """Return whose list the menus change; ``mark`` is a channel's or role's mention."""
    return _("The menus below are about {mark}: {languages}.").format(
        mark=mark, languages=languages
    )


def part_of(number: int, count: int, first: str, last: str) -> str:
    """Return which part of the languages the menu offers."""
    return _("-# Menu {number} of {count}: {first} to {last}").format(
        number=number, count=count, first=first, last=last
    )


def days(number: int) -> str:
    """Return a number of days."""
    return ngettext("{number} day", "{number} days", number).format(number=numeral(number))


def size(lines: int, characters: int) -> str:
    """Return how much of the output stands in a message."""
    return _("{lines}, {characters}").format(
        lines=ngettext("{number} line", "{number} lines", lines).format(number=numeral(lines)),
        characters=ngettext("{number} character", "{number} characters", characters).format(
            number=numeral(characters)
        ),
    )


def at_line(line: int, key: str, reason: str) -> str:
    """Return where in a file something does not fit, and why."""
    where = _("line {line}").format(line=line)
    return ": ".join(filter(None, (where, key, reason)))


def more_reasons(number: int) -> str:
    """Return that there are more reasons than are shown."""
    return ngettext("… and {number} more.", "… and {number} more.", number).format(number=number)


def did_you_mean(name: str) -> str:
    """Return a near name."""
    return _("Did you mean {name}?").format(name=name)


def does_not_fit(found: str, expected: str) -> str:
    """Return that a value does not fit."""
    return _("{found} does not fit here: expected {expected}.").format(
        found=found, expected=expected
    )


def at_least(number: object) -> str:
    """Return what a number must be."""
    return _("{number} or more").format(number=number)


def at_most(number: object) -> str:
    """Return what a number must be."""
    return _("{number} or less").format(number=number)


def no_more_than(number: int) -> str:
    """Return how long something may be."""
    return ngettext("at most {number} entry", "at most {number} entries", number).format(
        number=number
    )


def no_longer_than(number: int) -> str:
    """Return how long a text may be."""
    return ngettext("at most {number} character", "at most {number} characters", number).format(
        number=number
    )


def no_file_type(name: str) -> str:
    """Return that something is no file type."""
    return _("{name} is not a file type; write an extension, such as png").format(name=name)


def file_too_long(kibibytes: int) -> str:
    """Return how large a settings file may be."""
    return _("a settings file has at most {kibibytes} KiB.").format(kibibytes=kibibytes)


def key_twice(key: str) -> str:
    """Return that a key stands in a mapping twice."""
    return _("the key {key} stands here twice").format(key=key)


def no_such_channel(id_: int) -> str:
    """Return that a file is about another server's channel."""
    return _("this server has no channel with the id {id}.").format(id=id_)


def no_such_role(id_: int) -> str:
    """Return that a file is about another server's role."""
    return _("this server has no role with the id {id}.").format(id=id_)


def no_such_language(name: str) -> str:
    """Return that a language is unknown."""
    return _("no language here is called {name}.").format(name=name)


sys.modules[__name__].__class__ = Sentences
