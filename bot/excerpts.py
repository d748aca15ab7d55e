"""Cuts a program's output to what a message holds: the first and the last whole lines. Pure."""

import codecs
from dataclasses import dataclass

from bot import endings, escaping
from bot.sizes import units

_COLOURS_OFF = "\x1b[0m"
_NOTICE_UNITS = 80
# A line this many times longer than the room there is cannot fit, whatever escapes it holds.
_HOPELESS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Output ready for a code block. ``left_out_bytes`` and ``left_out_lines`` are not shown."""

    text: str
    coloured: bool = False
    left_out_lines: int = 0
    left_out_bytes: int = 0
    not_utf8: bool = False

    @property
    def complete(self) -> bool:
        """Return whether the text shows all there was, byte for byte."""
        return self.left_out_bytes == 0 and not self.not_utf8

    @property
    def block(self) -> str:
        """Return the text in a fence that it cannot close."""
        return f"```{'ansi' if self.coloured else ''}\n{self.text}\n```"


def cut(data: bytes, *, max_lines: int, max_units: int) -> Excerpt:
    """Return as much of ``data`` as fits, two thirds of it from the start, the rest from the end.

    Args:
        data: what a program printed.
        max_lines: how many lines may be shown, at least 3.
        max_units: how long the text may be, at least 120, counted as `sizes.units` does.
    """
    lines = data.removesuffix(b"\n").split(b"\n")
    if len(lines) <= max_lines:
        shown = _take(lines, max_units)
        if len(shown) == len(lines):
            text = "\n".join(shown)
            return Excerpt(
                text=text, coloured=escaping.has_colour(text), not_utf8=_is_not_utf8(data)
            )
    return _first_and_last(lines, data.endswith(b"\n"), max_lines, max_units)


def without_partial_character(data: bytes) -> bytes:
    """Return ``data`` less the code point that a cut went through, if its end is one."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    decoder.decode(data)
    pending, _ = decoder.getstate()
    return data[: len(data) - len(pending)]


def _take(lines: list[bytes], max_units: int) -> list[str]:
    """Return the first of ``lines`` that fit, each counted with its line break."""
    taken: list[str] = []
    left = max_units
    for line in lines:
        if len(line) > max_units * _HOPELESS:
            break
        text = escaping.show_line(line)
        left -= units(text) + 1
        if left < 0:
            break
        taken.append(text)
    return taken


def _first_and_last(
    lines: list[bytes], ends_with_newline: bool, max_lines: int, max_units: int
) -> Excerpt:
    room_lines = max_lines - 1  # one is the notice's
    room_units = max_units - _NOTICE_UNITS
    first = _take(lines[: room_lines * 2 // 3], room_units * 2 // 3)
    hidden = lines[len(first) :]
    started_bytes = 0
    if not first:
        beginning, started_bytes = _beginning_of(lines[0], room_units * 2 // 3 - 1)
        first = [beginning]
    used = sum(units(line) + 1 for line in first)
    # Never the whole of `hidden`: the line of the notice must stand for something.
    tail_lines = min(room_lines - len(first), len(hidden) - 1)
    tail = hidden[len(hidden) - tail_lines :]
    last = _take(tail[::-1], room_units - used)[::-1]
    hidden = hidden[: len(hidden) - len(last)]
    left_out_bytes = sum(map(len, hidden)) + len(hidden) - started_bytes
    if not last and not ends_with_newline:
        left_out_bytes -= 1
    left_out_lines = len(hidden) - (started_bytes > 0)
    notice = endings.left_out(left_out_lines, left_out_bytes)
    coloured = any(map(escaping.has_colour, [*first, *last]))
    middle = f"{_COLOURS_OFF}{notice}" if coloured else notice
    return Excerpt(
        text="\n".join([*first, middle, *last]),
        coloured=coloured,
        left_out_lines=left_out_lines,
        left_out_bytes=left_out_bytes,
    )


def _beginning_of(line: bytes, max_units: int) -> tuple[str, int]:
    """Return how a line that is too long starts, and how many of its bytes that shows."""
    size = max_units
    while True:
        start = without_partial_character(line[:size])
        text = escaping.show_line(start)
        if units(text) <= max_units:
            return text, len(start)
        size = min(size - 1, size * max_units // units(text))


def _is_not_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False
