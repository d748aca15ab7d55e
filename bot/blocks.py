"""Finds code blocks in a message: what is fenced, what its first line says, what stands around it. Pure.

Discord draws a block from three backticks to the next three, wherever they stand on a line; the
first line is a tag if it is one word. We read the same blocks, and a little more: a tag may share
its line with code, a fence may be longer, may be made of tildes, and may be missing at the end.
"""

import re
from dataclasses import dataclass

from bot.languages import LanguageNames, without_raw

_BACKTICKS = re.compile("`{3,}")
_TILDES = re.compile("^~{3,}", re.MULTILINE)
_INLINE = re.compile(r"(?<!`)(`{1,2})(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_WORD_AND_CODE = re.compile(r"[ \t]*(?P<word>\S+)[ \t]+(?P<code>\S.*)", re.DOTALL)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
# A tag as Discord takes one, where it is no language we know.
_TAG = re.compile(r"[A-Za-z][\w+#.-]{0,39}", re.ASCII)
_FILE_NAME = re.compile(r"[\w-][\w./-]{0,199}\.\w{1,16}", re.ASCII)
# "c = 5" is a line of some program, not a program in C: no program begins with an assignment.
_ASSIGNMENT = re.compile(r"[-+*/|&:]?=")

# A job takes 32 files. A pasted megabyte of fences would keep the event loop busy for half a second.
_MOST_BLOCKS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A code block. ``tag`` is as typed; ``start`` and ``end`` are where it stands in the text."""

    code: str
    tag: str | None = None
    version: str | None = None
    file_name: str | None = None
    is_raw: bool = False
    start: int
    end: int

    @property
    def is_stdin(self) -> bool:
        """Return whether the block is standard input instead of a program."""
        return self.tag is not None and self.tag.casefold() == "stdin"


def find_blocks(text: str, names: LanguageNames) -> list[Block]:
    """Return the first code blocks of ``text``, in order; inline code only where nothing is fenced."""
    fence = _BACKTICKS if _BACKTICKS.search(text) else _TILDES
    if not fence.search(text):
        inline = _INLINE.search(text)
        return [_block(inline[2], names, inline.start(), inline.end())] if inline else []
    blocks: list[Block] = []
    position = 0
    while len(blocks) < _MOST_BLOCKS and (opening := fence.search(text, position)):
        inside, end = _inside(text, opening, fence)
        blocks.append(_block(inside, names, opening.start(), end))
        position = end
    return blocks


def _inside(text: str, opening: re.Match[str], fence: re.Pattern[str]) -> tuple[str, int]:
    """Return what stands between a fence and the next that is as long, and where that ends."""
    position = opening.end()
    while closing := fence.search(text, position):
        length, needed = len(closing.group()), len(opening.group())
        if length >= needed:
            # Twice as many are this block's end and the beginning of the next.
            end = closing.start() + needed if length >= 2 * needed else closing.end()
            return text[opening.end() : closing.start()], end
        position = closing.end()
    return text[opening.end() :], len(text)


def _block(inside: str, names: LanguageNames, start: int, end: int) -> Block:
    first, newline, rest = inside.partition("\n")
    if not newline:
        return _one_line(inside, names, start, end)
    if first.endswith("\r"):
        # Sent with CRLF throughout; a program that came in LF keeps every carriage return.
        first, rest = first[:-1], rest.replace("\r\n", "\n")
    words, is_raw = without_raw(first.translate(_INVISIBLE).split())
    info = _info(words, names)
    if info is None or (is_raw and words and not (info[2] or names.find(words[0]))):
        return _one_line(inside.removesuffix("\n"), names, start, end)
    tag, version, file_name = info
    return Block(
        code=rest.removesuffix("\n"),
        tag=tag,
        version=version,
        file_name=file_name,
        is_raw=is_raw,
        start=start,
        end=end,
    )


def _info(
    words: list[str], names: LanguageNames
) -> tuple[str | None, str | None, str | None] | None:
    """Return tag, version and file name if the first line of a block holds nothing but these."""
    named = names.find(words[0]) if words else None
    match words:
        case []:
            return None, None, None
        case [word] if named is None and _is_file_name(word, names):
            return None, None, word
        case [word] if named or _TAG.fullmatch(word):
            return word, None, None
        case [word, name] if named and _is_file_name(name, names):
            return word, None, name
        case [word, _] if (found := names.find_line(" ".join(words))) and found.version:
            return word, found.version, None
    return None


def _is_file_name(word: str, names: LanguageNames) -> bool:
    return _FILE_NAME.fullmatch(word) is not None and names.by_file_name(word) is not None


def _one_line(inside: str, names: LanguageNames, start: int, end: int) -> Block:
    """Read a block whose first line holds code: its first word is a tag only if it can be one."""
    if (match := _WORD_AND_CODE.fullmatch(inside)) and not _ASSIGNMENT.match(match["code"]):
        tag = match["word"].translate(_INVISIBLE)
        if names.find(tag) or tag.casefold() == "stdin":
            return Block(code=match["code"], tag=tag, start=start, end=end)
    return Block(code=inside, start=start, end=end)
