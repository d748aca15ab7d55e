"""Draws how many programs ran, by day and language, as a small picture for a message. Pure."""

import io
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from PIL import Image, ImageDraw, ImageFont

_SCALE: Final = 2  # drawn twice as large as Discord shows it, for screens of many dots
_SIZE: Final = (760, 340)
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 44, 34
_FONT_SIZE: Final = 13
_MOST_LANGUAGES: Final = 7
# Of one lightness, told apart also by who sees red and green alike (after Okabe and Ito).
_COLOURS: Final = (
    "#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#D55E00", "#0072B2", "#9AA0A6",
)  # fmt: skip
_NOT_IN_FONT: Final = "..."  # Pillow's own has none of what is written in Japanese or Chinese
_BACKGROUND, _TEXT, _LINE = "#2B2D31", "#DBDEE1", "#4A4D55"


class _Pen(NamedTuple):
    """What draws, and the letters it writes."""

    draw: ImageDraw.ImageDraw
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont


def ranked(days: Sequence[Counter[str]], *, other: str) -> list[tuple[str, int]]:
    """Return languages with their sums, the most used first; the rest together, called ``other``."""
    total = sum(days, Counter[str]())
    order = sorted(total.items(), key=lambda item: (-item[1], item[0]))
    if len(order) <= _MOST_LANGUAGES + 1:
        return order
    rest = sum(count for _, count in order[_MOST_LANGUAGES:])
    return [*order[:_MOST_LANGUAGES], (other, rest)]


def chart(days: Sequence[Counter[str]], first_day: int, *, other: str = "other") -> bytes:
    """Return a PNG with one bar per day, made of its languages; it takes some tens of milliseconds.

    Args:
        days: how often each language ran on each day.
        first_day: the first one, in days since 1970 (UTC).
        other: what the languages beyond the seven most used are called.
    """
    width, height = (side * _SCALE for side in _SIZE)
    image = Image.new("RGB", (width, height), _BACKGROUND)
    pen = _Pen(ImageDraw.Draw(image), ImageFont.load_default(_FONT_SIZE * _SCALE))
    languages = [name for name, _ in ranked(days, other=other)]
    top = _ceiling(max((sum(day.values()) for day in days), default=0))
    _draw_scale(pen, top)
    _draw_bars(pen, days, first_day, languages, top)
    _draw_legend(pen, languages)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _ceiling(most: int) -> int:
    """Return the next round number that four lines divide evenly."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if most <= step * factor * 4:
                return max(4, step * factor * 4)
        step *= 10


def _draw_scale(pen: _Pen, top: int) -> None:
    for part in range(5):
        y = _y(part / 4)
        pen.draw.line(
            (_LEFT * _SCALE, y, (_SIZE[0] - _RIGHT) * _SCALE, y), fill=_LINE, width=_SCALE
        )
        pen.draw.text(
            ((_LEFT - 8) * _SCALE, y),
            f"{top * part // 4:,}",
            fill=_TEXT,
            font=pen.font,
            anchor="rm",
        )


def _draw_bars(
    pen: _Pen,
    days: Sequence[Counter[str]],
    first_day: int,
    languages: Sequence[str],
    top: int,
) -> None:
    room = (_SIZE[0] - _LEFT - _RIGHT) * _SCALE / max(1, len(days))
    labelled = max(1, -(-len(days) // 10))
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    for number, day in enumerate(days):
        left = _LEFT * _SCALE + number * room
        below = 0
        for language, colour in zip(languages, _COLOURS, strict=False):
            count = _count(day, language, languages)
            if not count:
                continue
            box = (
                left + room * 0.15,
                _y((below + count) / top),
                left + room * 0.85,
                _y(below / top),
            )
            pen.draw.rectangle(box, fill=colour)
            below += count
        if (len(days) - 1 - number) % labelled == 0:
            date = (epoch + timedelta(days=first_day + number)).strftime("%m-%d")
            where = (left + room / 2, (_SIZE[1] - _BOTTOM + 8) * _SCALE)
            pen.draw.text(where, date, fill=_TEXT, font=pen.font, anchor="mt")


def _count(day: Counter[str], language: str, languages: Sequence[str]) -> int:
    if language in day:
        return day[language]
    is_rest = language == languages[-1] and len(languages) > _MOST_LANGUAGES
    return sum(day.values()) - sum(day[name] for name in languages) if is_rest else 0


def _draw_legend(
    pen: _Pen,
    languages: Sequence[str],
) -> None:
    x = float(_LEFT * _SCALE)
    y = 18 * _SCALE
    side = 10 * _SCALE
    for language, colour in zip(languages, _COLOURS, strict=False):
        pen.draw.rectangle((x, y - side / 2, x + side, y + side / 2), fill=colour)
        words = language if language.isascii() else _NOT_IN_FONT
        pen.draw.text((x + side + 5 * _SCALE, y), words, fill=_TEXT, font=pen.font, anchor="lm")
        x += side + 5 * _SCALE + pen.draw.textlength(words, font=pen.font) + 14 * _SCALE


def _y(share: float) -> float:
    """Return how far down a share of the scale lies."""
    height = _SIZE[1] - _TOP - _BOTTOM
    return (_SIZE[1] - _BOTTOM - share * height) * _SCALE
