"""Sizes and times as a reader of the language that is spoken now writes them: ``8,7 MiB`` in German."""

from bot.speech.speaking import ngettext, numeral
from executor import rounded_duration, rounded_size


def spoken_size(size_bytes: int) -> str:
    """Return a size rounded to three digits, such as ``8.7 MiB`` or ``312 bytes``."""
    number, unit = rounded_size(size_bytes)
    return f"{numeral(number)} {unit}" if unit else spoken_bytes(size_bytes)


def spoken_bytes(number: int) -> str:
    """Return such as ``1 byte`` or ``1,204 bytes``."""
    return ngettext("{number} byte", "{number} bytes", number).format(number=numeral(number))


def spoken_duration(seconds: float) -> str:
    """Return a time rounded for a reader, such as ``7 ms``, ``1.5 s`` or ``2 min 5 s``."""
    return " ".join(f"{numeral(number)} {unit}" for number, unit in rounded_duration(seconds))
