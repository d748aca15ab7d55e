"""The catalogues in bot/speech/locale, one for each language beside English, as translators write them."""

import gettext
import io
from functools import cache
from importlib.resources import files
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ENGLISH: Final = "en"
# Discord's codes (docs: reference, locales) begin with these.
LANGUAGES: Final = (ENGLISH, "de", "es", "fr", "ja", "pt", "zh")


def language_of(locale: str | None) -> str:
    """Return which of `LANGUAGES` suits a Discord locale, such as ``pt-BR``; English for all others."""
    language = (locale or "").replace("_", "-").split("-", maxsplit=1)[0].lower()
    return language if language in LANGUAGES else ENGLISH


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return a language's catalogue. It takes a tenth of a second at first: see `load_all`."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    source = files("bot.speech") / "locale" / language / "LC_MESSAGES" / "codecage.po"
    with source.open("rb") as file:
        read = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def load_all() -> None:
    """Read every catalogue, before anybody waits for one; call it outside the event loop."""
    for language in LANGUAGES:
        catalogue(language)
