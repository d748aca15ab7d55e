"""Says whether a program printed what was expected. Pure."""

import math
from enum import StrEnum
from itertools import zip_longest


class Checker(StrEnum):
    """How output is compared.

    ``exact``: byte for byte. ``tokens``: what white space separates. ``float``: likewise, but
    numbers may differ by the tolerance, absolute below one and relative above.
    """

    EXACT = "exact"
    TOKENS = "tokens"
    FLOAT = "float"


def difference(
    actual: bytes, expected: bytes, checker: Checker, tolerance: float = 1e-6
) -> str | None:
    """Return where ``actual`` first differs from ``expected``, `None` when it is right."""
    if checker is Checker.EXACT:
        return _different_line(actual, expected)
    pairs = zip_longest(actual.split(), expected.split())
    for number, (got, wanted) in enumerate(pairs, start=1):
        if got == wanted:
            continue
        is_near = checker is Checker.FLOAT and _near(got, wanted, tolerance)
        if not is_near:
            return f"token {number}: expected {_quoted(wanted)}, got {_quoted(got)}"
    return None


def _different_line(actual: bytes, expected: bytes) -> str | None:
    if actual == expected:
        return None
    pairs = zip_longest(actual.splitlines(keepends=True), expected.splitlines(keepends=True))
    for number, (got, wanted) in enumerate(pairs, start=1):
        if got != wanted:
            return f"line {number}: expected {_quoted(wanted)}, got {_quoted(got)}"
    return None


def _near(got: bytes | None, wanted: bytes | None, tolerance: float) -> bool:
    if got is None or wanted is None:
        return False
    try:
        one, other = float(got), float(wanted)
    except ValueError:
        return False
    if not (math.isfinite(one) and math.isfinite(other)):
        return one == other  # infinities of one sign; never a NaN
    return abs(one - other) <= tolerance * max(1.0, abs(other))


def _quoted(piece: bytes | None) -> str:
    if piece is None:
        return "the end"
    text = piece.decode("utf-8", "replace")
    return repr(text if len(text) <= 60 else f"{text[:59]}…")
