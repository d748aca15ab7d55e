"""Reads what a member wrote: text into a request, or one sentence about what is missing. Pure."""

import re
from dataclasses import dataclass

from bot import texts
from bot.blocks import Block, find_blocks
from bot.languages import LanguageNames, example, without_raw
from bot.models import ParseProblem, RunRequest
from executor import SourceFile

_REST_OF_LINE = re.compile(r"[ \t]*(\r?\n)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What stands before a block: perhaps a language, then arguments, one per line."""

    language: str | None = None
    version: str | None = None
    is_raw: bool = False
    args: tuple[str, ...] = ()


def parse(text: str, names: LanguageNames) -> RunRequest | ParseProblem:
    """Return what ``text`` asks to run.

    The mention or prefix is gone already. Lines before the block: a language, if the whole first
    line is one, then arguments. A block tagged ``stdin``, else the text after the block, is
    standard input. A block whose tag is a file name is a further file.
    """
    blocks = find_blocks(text, names)
    programs = [block for block in blocks if not block.is_stdin]
    if not programs:
        return _problem(texts.ONLY_INPUT if blocks else texts.NO_BLOCK, names)
    main = _main_block(programs, names)
    if not main.code:
        return _problem(texts.EMPTY_BLOCK, names)
    before = read_before(text[: blocks[0].start], names)
    language, version, guessed = _language(main, before, names)
    extra = [block for block in programs if block is not main and block.file_name]
    named = len(extra) + 1
    notes = []
    if named < len(programs):
        notes.append(texts.one_of_several(programs.index(main) + 1, len(programs)))
    request = RunRequest(
        language=language or "",
        version=version,
        files=(
            SourceFile(
                path=main.file_name or names.entry(language or ""), content=_bytes(main.code)
            ),
            *(SourceFile(path=b.file_name or "", content=_bytes(b.code)) for b in extra),
        ),
        stdin=_stdin(text, blocks, main),
        args=before.args,
        is_raw=main.is_raw or before.is_raw,
        guessed=guessed,
        notes=tuple(notes),
    )
    return request if language else _problem(texts.NO_LANGUAGE, names, request)


def strip_mention(text: str, user_id: int) -> str | None:
    """Return ``text`` without the mention of the bot; `None` if there is none outside its blocks.

    What stands before a mention that comes before the code is small talk ("hey @bot") and goes too.
    """
    fence = text.find("```")
    fences, counted = 0, 0
    for match in re.finditer(rf"<@!?{user_id}>", text, re.ASCII):
        fences += text.count("```", counted, match.start())
        counted = match.end()
        if fences % 2:
            continue
        before, after = text[: match.start()], text[match.end() :]
        is_small_talk = (fence < 0 or match.start() < fence) and "`" not in before
        return after if is_small_talk else before + after
    return None


def strip_prefix(text: str, prefixes: tuple[str, ...]) -> str | None:
    """Return ``text`` without the prefix it begins with; `None` if it begins with none of them."""
    text = text.lstrip()
    for prefix in sorted(prefixes, key=len, reverse=True):
        rest = text[len(prefix) :]
        if text[: len(prefix)].casefold() == prefix.casefold() and (
            not rest or rest[0].isspace() or rest[0] == "`"
        ):
            return rest
    return None


def _problem(message: str, names: LanguageNames, request: RunRequest | None = None) -> ParseProblem:
    return ParseProblem(message=f"{message}\n\n{example(names)}", request=request)


def _main_block(programs: list[Block], names: LanguageNames) -> Block:
    """Return the first block, unless only a later one says which language it is."""
    named = (b for b in programs if b.file_name or (b.tag and names.find(b.tag)))
    return next(named, programs[0])


def read_before(text: str, names: LanguageNames) -> Before:
    """Return what the lines before a program say: a language if the first line is one, arguments.

    The language's line may end in the word ``raw``, or be that word alone.
    """
    lines = [line.strip() for line in text.split("\n")]
    lines = [line for line in lines if line]
    words, is_raw = without_raw(lines[0].split() if lines else ())
    named = names.find_line(" ".join(words))
    if named is None and (words or not is_raw):
        return Before(args=tuple(lines))
    return Before(
        language=words[0] if words else None,
        version=named.version if named else None,
        is_raw=is_raw,
        args=tuple(lines[1:]),
    )


def _language(
    main: Block, before: Before, names: LanguageNames
) -> tuple[str | None, str | None, bool]:
    """Return language, version, and whether it was guessed. A tag beats text, text beats a guess."""
    if main.tag and (tagged := names.find(main.tag)):
        written = names.find(before.language) if before.language else None
        from_text = before.version if written and written.name == tagged.name else None
        return main.tag, main.version or tagged.version or from_text, False
    if main.file_name:
        return names.by_file_name(main.file_name), None, False
    if before.language:
        return before.language, before.version, False
    if main.tag:
        return main.tag, None, False
    if guess := names.guess(main.code):
        return guess, None, True
    typo = before.args[0] if before.args and names.nearest(before.args[0]) else None
    return typo, None, False


def _stdin(text: str, blocks: list[Block], main: Block) -> bytes:
    """Return what the program reads: blocks tagged stdin, else the text after it, whole lines."""
    pieces = [block.code for block in blocks if block.is_stdin]
    if not pieces:
        later = [block for block in blocks if block.start >= main.end]
        starts = [main.end, *(block.end for block in later)]
        ends = [*(block.start for block in later), len(text)]
        pieces = [_after_fence(text[s:e]) for s, e in zip(starts, ends, strict=True)]
    return b"".join(_bytes(p if p.endswith("\n") else f"{p}\n") for p in pieces if p)


def _after_fence(text: str) -> str:
    if not text.strip():
        return ""
    return _REST_OF_LINE.sub("", text, count=1)


def _bytes(text: str) -> bytes:
    # A message can carry half a surrogate pair, which no encoding takes.
    return text.encode("utf-8", "replace")
