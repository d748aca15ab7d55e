"""Sizes and times written with a unit, such as ``256MiB`` and ``10s``."""

import re
from decimal import Decimal

_SIZE_UNITS = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_TIME_UNITS = {"ms": Decimal("0.001"), "s": Decimal(1), "m": Decimal(60), "h": Decimal(3600)}

# Fifteen digits are past every machine and still exact in a float.
_WHOLE = re.compile(r"(?a:(\d{1,15}) ?([A-Za-z]*))\Z")
_DECIMAL = re.compile(r"(?a:(\d{1,15}(?:\.\d{1,9})?) ?([A-Za-z]*))\Z")


def parse_size(text: str) -> int:
    """Return the bytes that ``text`` names, such as 67108864 for ``"64MiB"``.

    Units are B, KiB, MiB and GiB only: a megabyte means two different numbers to two readers.

    Raises:
        ValueError: ``text`` is not a whole number followed by one of these units.
    """
    match = _WHOLE.match(text.strip())
    if match is None:
        raise ValueError(
            f"{text!r} is not a size; write a whole number with a unit, such as 256MiB"
        )
    number, unit = match.groups()
    if unit in _SIZE_UNITS:
        return int(number) * _SIZE_UNITS[unit]
    if not unit:
        raise ValueError(
            f"{text!r} has no unit; write {number}B, {number}KiB, {number}MiB or {number}GiB"
        )
    fitting = f"{unit[0].upper()}iB" if unit[0].upper() in "KMG" else "MiB"
    raise ValueError(f"{unit} is not a unit of size here; write {number}{fitting}")


def format_size(size_bytes: int) -> str:
    """Return ``size_bytes`` exactly, in the largest unit that leaves no rest: ``"1536KiB"``."""
    for unit in ("GiB", "MiB", "KiB"):
        if size_bytes and size_bytes % _SIZE_UNITS[unit] == 0:
            return f"{size_bytes // _SIZE_UNITS[unit]}{unit}"
    return f"{size_bytes}B"


def human_size(size_bytes: int) -> str:
    """Return ``size_bytes`` for a reader, rounded to three digits: ``"8.7 MiB"``."""
    number, unit = rounded_size(size_bytes)
    return (
        f"{number:.15g} {unit}"
        if unit
        else f"{size_bytes} {'byte' if size_bytes == 1 else 'bytes'}"
    )


def rounded_size(size_bytes: int) -> tuple[float, str]:
    """Return a number rounded to three digits and its unit, ``(8.7, "MiB")``; for bytes the unit is empty."""
    for unit in ("GiB", "MiB", "KiB"):
        # Where the smaller unit would round to 1024 of itself, this one is the shorter text.
        if size_bytes >= _SIZE_UNITS[unit] * 0.9995:
            return _three_digits(size_bytes / _SIZE_UNITS[unit]), unit
    return size_bytes, ""


def parse_duration(text: str) -> float:
    """Return the seconds that ``text`` names, such as 0.5 for ``"500ms"``.

    Raises:
        ValueError: ``text`` is not a number followed by ms, s, m or h.
    """
    match = _DECIMAL.match(text.strip())
    if match is None:
        raise ValueError(
            f"{text!r} is not a time; write a number with a unit, such as 10s or 500ms"
        )
    number, unit = match.groups()
    if unit in _TIME_UNITS:
        return float(Decimal(number) * _TIME_UNITS[unit])
    if not unit:
        raise ValueError(f"{text!r} has no unit; write {number}s, {number}ms or {number}m")
    raise ValueError(f"{unit} is not a unit of time here; write {number}s, {number}ms or {number}m")


def format_duration(seconds: float) -> str:
    """Return ``seconds``, to the millisecond, so that `parse_duration` reads it: ``"1500ms"``."""
    milliseconds = round(seconds * 1000)
    for unit, length in (("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if milliseconds and milliseconds % length == 0:
            return f"{milliseconds // length}{unit}"
    return f"{milliseconds}ms"


def human_duration(seconds: float) -> str:
    """Return ``seconds`` for a reader: ``"7 ms"``, ``"1.5 s"``, ``"2 min 5 s"``."""
    return " ".join(f"{number:.15g} {unit}" for number, unit in rounded_duration(seconds))


def rounded_duration(seconds: float) -> tuple[tuple[float, str], ...]:
    """Return numbers rounded for a reader and their units: ``((2, "min"), (5, "s"))``."""
    if seconds < 0.9995:
        return ((_three_digits(seconds * 1000), "ms") if seconds > 0 else (0, "s"),)
    if seconds < 59.95:
        return ((_three_digits(seconds), "s"),)
    minutes, rest = divmod(round(seconds), 60)
    return ((minutes, "min"), (rest, "s")) if rest else ((minutes, "min"),)


def _three_digits(number: float) -> float:
    return round(number, 0 if number >= 99.95 else 1 if number >= 9.995 else 2)
