"""Makes hostile text harmless to show: control characters, colours, fences, mentions, names. Pure."""

import re
from collections.abc import Iterator

ZERO_WIDTH_SPACE = "\u200b"

# C0 controls have pictures of their own; C1 controls, text direction overrides, the two Unicode
# line breaks, and halves of surrogate pairs, which JSON can carry and nobody can encode, have none
# and are spelled out. Newline and tab stay.
_PICTURES = {n: chr(0x2400 + n) for n in range(0x20) if chr(n) not in "\n\t"} | {0x7F: "\u2421"}
_INVISIBLE = (
    *range(0x80, 0xA0),
    0x061C,
    *range(0x200E, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2066, 0x206A),
    *range(0xD800, 0xE000),
)
_VISIBLE = _PICTURES | {n: f"<U+{n:04X}>" for n in _INVISIBLE}
_VISIBLE_BUT_ESCAPE = {n: shown for n, shown in _VISIBLE.items() if n != 0x1B}

# ECMA-48: CSI sequences, strings (OSC, DCS and the like), and two-character sequences. A string
# ends with its line, so that a whole text reads as its lines do.
ESCAPE = re.compile(
    r"\x1b\[(?P<sgr>[0-9;:]{0,64})m"
    r"|\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-~]"
)
_KEPT_COLOUR = re.compile(r"\x1b\[[0-9;]+m")
_ADJACENT_BACKTICK = re.compile("`(?=`)")
_UNSAFE_IN_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_NAME_LENGTH = 80


def visible(text: str) -> str:
    """Return ``text`` with every control and direction character but newline and tab visible."""
    return text.translate(_VISIBLE)


def show_line(line: bytes) -> str:
    """Return one line of a program's output as it may stand inside a code block.

    Colours are reduced to those Discord draws, other escape sequences dropped, what is not UTF-8
    becomes U+FFFD, and no two backticks stand beside each other, so that no fence can close.
    """
    text = line.decode("utf-8", "replace").removesuffix("\r")
    text = ESCAPE.sub(_colour, text).translate(_VISIBLE_BUT_ESCAPE)
    text = _keep_only_colours(text)
    return _ADJACENT_BACKTICK.sub("`" + ZERO_WIDTH_SPACE, text)


def has_colour(text: str) -> bool:
    """Return whether `show_line` kept a colour in ``text``."""
    return "\x1b[" in text


def _keep_only_colours(text: str) -> str:
    if "\x1b" not in text:
        return text
    kept: list[str] = []
    start = 0
    for match in _KEPT_COLOUR.finditer(text):
        kept.append(text[start : match.start()].replace("\x1b", "\u241b"))
        kept.append(match.group())
        start = match.end()
    kept.append(text[start:].replace("\x1b", "\u241b"))
    return "".join(kept)


def _colour(match: re.Match[str]) -> str:
    codes = match["sgr"]
    if codes is None:
        return ""
    kept = _discord_codes([int(code or 0) for code in codes.replace(":", ";").split(";")])
    return f"\x1b[{';'.join(map(str, kept))}m" if kept else ""


def _discord_codes(codes: list[int]) -> list[int]:
    """Reduce SGR codes to the ones Discord draws: 0, 1, 4, 30 to 37 and 40 to 47."""
    kept: list[int] = []
    rest = iter(codes)
    for code in rest:
        if code in {0, 1, 4} or 30 <= code <= 37 or 40 <= code <= 47:
            kept.append(code)
        elif 90 <= code <= 97 or 100 <= code <= 107:
            kept.append(code - 60)
        elif code in {22, 24, 39, 49}:
            kept.append(0)  # Discord cannot switch off one attribute alone
        elif code in {38, 48}:
            colour = _wide_colour(rest)
            if colour is not None:
                kept.append(code - 8 + colour)
    return kept


def _wide_colour(rest: Iterator[int]) -> int | None:
    """Return the nearest of the eight basic colours for ``5;n`` or ``2;r;g;b``."""
    kind = next(rest, None)
    if kind == 5:
        index = next(rest, 0)
        if index < 16:
            return index % 8
        if index >= 232:
            return 0 if index < 244 else 7
        cube = index - 16
        return _nearest(cube // 36 >= 3, cube // 6 % 6 >= 3, cube % 6 >= 3)
    if kind == 2:
        red, green, blue = (next(rest, 0) > 127 for _ in range(3))
        return _nearest(red, green, blue)
    return None


def _nearest(red: bool, green: bool, blue: bool) -> int:
    return red + 2 * green + 4 * blue


def plain(text: str, max_length: int = 400) -> str:
    """Return ``text`` for a sentence outside a code block: one line, no mention, no fence."""
    line = visible(" ".join(text.split()))
    if len(line) > max_length:
        line = line[: max_length - 1] + "…"
    return (
        line.replace("`", "'")
        .replace("@", f"@{ZERO_WIDTH_SPACE}")
        .replace("<", f"<{ZERO_WIDTH_SPACE}")
    )


def quote(text: str, max_length: int = 40) -> str:
    """Return what a member typed as inline code, made harmless."""
    return f"`{plain(text, max_length) or ' '}`"


def safe_file_name(path: str, taken: frozenset[str] | set[str] = frozenset()) -> str:
    """Return a name for an attachment made of ``path``: ASCII, no folders, not in ``taken``."""
    name = _UNSAFE_IN_NAME.sub("_", path.replace("/", "_")).strip("._") or "file"
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = extension, ""
    extension = extension[:16]
    suffix = ""
    number = 1
    while True:
        room = _NAME_LENGTH - len(suffix) - len(dot) - len(extension)
        candidate = f"{stem[:room]}{suffix}{dot}{extension}"
        if candidate not in taken:
            return candidate
        number += 1
        suffix = f"-{number}"
