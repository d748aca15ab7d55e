"""The sentences in the code and those in the catalogues; and as a command, brings the latter up to date.

    python -m tests.unit.bot.speech.catalogues

What is new comes in without a translation, what is gone goes. Nothing is guessed.
"""

import io
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.speech import ENGLISH, LANGUAGES

ROOT = Path(__file__).parents[4] / "bot"
TRANSLATED = tuple(language for language in LANGUAGES if language != ENGLISH)
_KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def path_of(language: str) -> Path:
    """Return where a language's catalogue lies."""
    return ROOT / "speech" / "locale" / language / "LC_MESSAGES" / "codecage.po"


def extracted() -> Catalog:
    """Return every sentence that the code says, in the order of files and lines."""
    catalog = Catalog(charset="utf-8")
    found = extract_from_dir(str(ROOT), [("**.py", "python")], keywords=_KEYWORDS)
    for name, _line, message, _comments, _context in sorted(found, key=lambda one: one[:2]):
        catalog.add(message, locations=[(name, 0)])
    return catalog


def read(language: str) -> Catalog:
    """Return a language's catalogue."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def key_of(message: Message) -> str:
    """Return what a sentence goes by: its singular, if it has forms."""
    return message.id if isinstance(message.id, str) else message.id[0]


def sentences(catalog: Catalog) -> dict[str, Message]:
    """Return a catalogue's sentences, without its head."""
    return {key_of(message): message for message in catalog if message.id}


def update(language: str) -> int:
    """Bring a language's catalogue up to date; return how many sentences are not translated."""
    path = path_of(language)
    known = sentences(read(language)) if path.exists() else {}
    catalog = Catalog(locale=language, charset="utf-8", fuzzy=False)
    missing = 0
    for key, message in sentences(extracted()).items():
        old = known.get(key)
        string = old.string if old is not None and old.id == message.id else None
        if string is None or not all([string] if isinstance(string, str) else string):
            missing += 1
        catalog.add(message.id, string, locations=message.locations)
    out = io.BytesIO()
    write_po(out, catalog, omit_header=True, no_location=False, include_lineno=False, width=0)
    head = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head.encode() + out.getvalue())
    return missing


def main() -> None:
    """Update all of them."""
    for language in TRANSLATED:
        print(language, update(language), "not translated")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
