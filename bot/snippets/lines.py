"""Keeps a member's own line numbers while code around their program moves its lines. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineMap:
    """For every line of what runs, the member's line that it is, or that stands nearest to it."""

    lines: tuple[int, ...]

    def member_line(self, line: int) -> int:
        """Return the member's line for ``line`` of what runs; total, both begin with 1."""
        return self.lines[min(max(line, 1), len(self.lines)) - 1]


class Layout:
    """Puts a program together from the member's text and ours, and knows where each line is from."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._parts: list[str] = []
        self._lines: list[int | None] = []

    def ours(self, text: str) -> None:
        """Append whole lines of ours."""
        self._break_line()
        if text:
            self._parts.append(f"{text}\n")
            self._lines.extend([None] * (text.count("\n") + 1))

    def theirs(self, start: int, end: int, inserts: Sequence[tuple[int, str]] = ()) -> None:
        """Append the member's text from ``start`` to ``end``, every line in its own columns.

        ``inserts`` are positions in the member's text and what to put before them, in order.
        """
        self._break_line()
        line_start = self._source.rfind("\n", 0, start) + 1
        margin = re.sub(r"[^\t]", " ", self._source[line_start:start])
        pieces = [margin]
        position = start
        for where, text in inserts:
            pieces += [self._source[position:where], text]
            position = where
        pieces.append(self._source[position:end])
        first = self._source.count("\n", 0, start) + 1
        text = "".join(pieces)
        self._parts.append(text)
        self._lines.extend(range(first, first + text.removesuffix("\n").count("\n") + 1))

    def finish(self) -> tuple[str, LineMap]:
        """Return the program and where its lines are from."""
        self._break_line()
        nearest = next((line for line in self._lines if line is not None), 1)
        lines = []
        for line in self._lines:
            nearest = line or nearest
            lines.append(nearest)
        return "".join(self._parts), LineMap(tuple(lines) or (1,))

    def _break_line(self) -> None:
        if self._parts and not self._parts[-1].endswith("\n"):
            self._parts.append("\n")


# The number in the margin of an excerpt that a compiler prints: "   12 |     int x;"
_GUTTER = re.compile(rb"^( *)(\d{1,9})(?= \|)", re.MULTILINE)


def with_member_lines(output: bytes, file_name: str, lines: LineMap, *, gutter: bool) -> bytes:
    """Return messages about ``file_name`` with the member's line numbers.

    Args:
        output: what a compiler or a runtime printed.
        file_name: what the program's file is called in it.
        lines: where its lines are from.
        gutter: whether it may hold excerpts with line numbers in their margin.
    """
    name = re.escape(file_name.encode())
    place = re.compile(rb"(?<![\w.-])(" + name + rb'(?:[:(]|", line ))(\d{1,9})(?!\d)')
    output = place.sub(lambda m: m[1] + b"%d" % lines.member_line(int(m[2])), output)
    if gutter:
        output = _GUTTER.sub(lambda m: _margin(m[1] + m[2], lines), output)
    return output


def _margin(number: bytes, lines: LineMap) -> bytes:
    return str(lines.member_line(int(number))).encode().rjust(len(number))
