"""How much Discord takes, from its developer documentation (messages, uploads, commands)."""

TEXT_UNITS = 2_000
TITLE_UNITS = 256
DESCRIPTION_UNITS = 4_096
FOOTER_UNITS = 2_048
EMBED_UNITS = 6_000  # title, description and footer together

FILES_PER_MESSAGE = 10
FILE_BYTES = 10 * 1024 * 1024
UPLOAD_BYTES = 25 * 1024 * 1024 - 64 * 1024  # the request's other parts count too

CHOICES = 25
CHOICE_UNITS = 100
BUTTONS_PER_ROW = 5
CUSTOM_ID_UNITS = 100
MODAL_TEXT_UNITS = 4_000


def units(text: str) -> int:
    """Return the length of ``text`` in UTF-16 code units.

    Discord's clients count these and its servers code points, which are never more.
    """
    return len(text) + sum(char > "\uffff" for char in text)


def head(text: str, max_units: int) -> str:
    """Return as much of the start of ``text`` as fits, whole code points only."""
    while (over := units(text) - max_units) > 0:
        text = text[: -(over + 1) // 2]  # a code point is two units at most
    return text
