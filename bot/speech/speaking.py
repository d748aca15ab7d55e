"""What is said in the language of the task at hand. Whoever answers somebody sets it first."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from babel import Locale
from babel.numbers import format_decimal

from bot.speech.catalogues import ENGLISH, catalogue, language_of

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


def N_(message: str) -> str:  # noqa: N802 - what gettext calls it
    """Mark a sentence for the catalogues; it is translated where it is used."""
    return message


def _(message: str) -> str:
    """Return a sentence in the language that is spoken now."""
    return catalogue(_language.get()).gettext(message)


def ngettext(singular: str, plural: str, number: float) -> str:
    """Return the form that suits ``number`` in the language that is spoken now.

    Catalogues know forms of whole numbers; which of them a fraction takes, CLDR's plural rules say.
    """
    if not float(number).is_integer():
        number = 1 if Locale(_language.get()).plural_form(number) == "one" else 2
    return catalogue(_language.get()).ngettext(singular, plural, int(number))


def numeral(number: float) -> str:
    """Return a number with the separators that the language spoken now has: ``1,204`` or ``0.5``."""
    return str(format_decimal(number, locale=_language.get()))


def spoken() -> str:
    """Return the language that is spoken now, one of `LANGUAGES`."""
    return _language.get()


def speak(locale: str | None) -> None:
    """Speak the language of a Discord locale from now on, in this task and those that it starts."""
    _language.set(language_of(locale))


@contextmanager
def speaking(locale: str | None) -> Iterator[None]:
    """Speak the language of a Discord locale inside the block."""
    before = _language.set(language_of(locale))
    try:
        yield
    finally:
        _language.reset(before)
