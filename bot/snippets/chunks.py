"""Cuts a program into its outermost statements and declarations, by tokens. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.snippets.lines import Layout
from bot.snippets.tokens import Kind, Token


class Place(StrEnum):
    """Where a chunk belongs."""

    TOP = "top"  # before and outside `main`
    VARIABLE = "variable"  # a statement, or outside `main` if a function needs it
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Chunk:
    """One outermost statement or declaration: its tokens, and its text from ``start`` to ``end``.

    The texts of all chunks together are the whole program.
    """

    tokens: tuple[Token, ...]
    start: int
    end: int
    place: Place
    name: str = ""  # of the variable

    @property
    def words(self) -> frozenset[str]:
        """Return the words in it."""
        return frozenset(token.text for token in self.tokens if token.kind is Kind.WORD)


class UnbalancedError(ValueError):
    """Nobody can tell where the statements are: a bracket has no partner, or there are too many."""


# A statement with more blocks than this is no snippet, and each costs a look at all before it.
_MOST_BRACES = 20

_CLOSES = {")": "(", "]": "[", "}": "{"}
_OPENING, _CLOSING = frozenset(_CLOSES.values()), frozenset(_CLOSES)


def _never(_chunk: Sequence[Token], _after: Token) -> bool:
    return False


def _nothing(_chunk: "Chunk") -> Sequence[tuple[int, str]]:
    return ()


def cut(
    tokens: Sequence[Token],
    *,
    ends_at_brace: Callable[[Sequence[Token]], bool],
    ends_at_line: Callable[[Sequence[Token], Token], bool] = _never,
) -> Iterator[tuple[Token, ...]]:
    """Yield the outermost statements: each ends at ``;``, or where the two functions say so.

    Args:
        tokens: the program.
        ends_at_brace: whether a chunk that has come to its closing brace is complete.
        ends_at_line: whether a chunk is complete before a token on a new line.

    Raises:
        UnbalancedError: a bracket has no partner, or a statement has absurdly many blocks.
    """
    chunk: list[Token] = []
    inside: list[str] = []
    braces = 0
    for token in tokens:
        if chunk and not inside and token.on_new_line and ends_at_line(chunk, token):
            yield tuple(chunk)
            chunk, braces = [], 0
        chunk.append(token)
        if token.kind is Kind.MARK and token.text in _OPENING:
            inside.append(token.text)
        elif (
            token.kind is Kind.MARK
            and token.text in _CLOSING
            and (not inside or inside.pop() != _CLOSES[token.text])
        ):
            raise UnbalancedError
        braces += not inside and token.text == "}"
        if braces > _MOST_BRACES:
            raise UnbalancedError
        ends = not inside and (
            token.text == ";"
            or (token.text == "}" and ends_at_brace(chunk))
            or (token.kind is Kind.DIRECTIVE and len(chunk) == 1)
        )
        if ends:
            yield tuple(chunk)
            chunk, braces = [], 0
    if inside:
        raise UnbalancedError
    if chunk:
        yield tuple(chunk)


def outer(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """Yield the tokens outside all brackets, brackets of the outermost level among them."""
    depth = 0
    for position, token in enumerate(tokens):
        is_mark = token.kind is Kind.MARK
        if is_mark and token.text in _CLOSING:
            depth -= 1
        if not depth:
            yield position, token
        if is_mark and token.text in _OPENING:
            depth += 1


def find_outer(tokens: Sequence[Token], text: str, *, last: bool = False) -> int | None:
    """Return where ``text`` stands outside all brackets, first or last; `None` if nowhere."""
    found = [position for position, token in outer(tokens) if token.text == text]
    return (found[-1] if last else found[0]) if found else None


def after_angles(tokens: Sequence[Token], position: int) -> int:
    """Return the position after ``<…>`` if that stands at ``position``, else ``position``."""
    if position >= len(tokens) or tokens[position].text != "<":
        return position
    depth = 0
    for index in range(position, len(tokens)):
        text = tokens[index].text
        depth += (text == "<") - (text == ">")
        if text in {";", "{", "&&", "||"}:
            return position
        if not depth:
            return index + 1
    return position


def declared(tokens: Sequence[Token], not_types: frozenset[str]) -> tuple[str, str] | None:
    """Return name and next token of what looks like ``type name``; `None` if it does not.

    ``not_types`` are words that begin a statement and no type.
    """
    position, words = 0, 0
    last = ""
    while position < len(tokens):
        token = tokens[position]
        if token.kind is Kind.WORD and token.text not in not_types:
            words += 1
            last = token.text
            position = after_angles(tokens, position + 1)
        elif token.text in {".", "::"} and words:
            words -= 1
            position += 1
        elif words and token.text in {"*", "&", "&&", "?"}:
            position += 1
        elif words and [t.text for t in tokens[position : position + 2]] == ["[", "]"]:
            if words > 1:
                return last, "["
            position += 2
        else:
            return (last, token.text) if words > 1 else None
    return (last, "") if words > 1 else None


def placed(source: str, parts: Sequence[tuple[tuple[Token, ...], Place, str]]) -> list[Chunk]:
    """Return the chunks with their texts, and with the variables that functions need on top.

    Only what stands before the first statement can move: a later value may depend on it.
    """
    starts = [0, *(tokens[0].start for tokens, _, _ in parts[1:])]
    ends = [*starts[1:], len(source)]
    chunks = [
        Chunk(tokens, start, end, place, name)
        for (tokens, place, name), start, end in zip(parts, starts, ends, strict=True)
    ]
    needed = {word for chunk in chunks if chunk.place is Place.TOP for word in chunk.words}
    statements = [i for i, chunk in enumerate(chunks) if chunk.place is Place.STATEMENT]
    movable = chunks[: statements[0] if statements else None]
    for position in reversed(range(len(movable))):
        chunk = chunks[position]
        if chunk.place is Place.VARIABLE and chunk.name in needed:
            needed |= chunk.words
            chunks[position] = Chunk(chunk.tokens, chunk.start, chunk.end, Place.TOP, chunk.name)
    return chunks


def can_run(chunks: Sequence[Chunk], headers: Sequence[Chunk]) -> bool:
    """Return whether there is something to run: a statement, or variables and nothing else.

    ``headers`` are the chunks that no program runs without, such as imports.
    """
    needless = frozenset(headers)
    places = {chunk.place for chunk in chunks if chunk not in needless}
    return Place.STATEMENT in places or places == {Place.VARIABLE}


def lay_out(
    layout: Layout,
    chunks: Sequence[Chunk],
    inserts: Callable[[Chunk], Sequence[tuple[int, str]]] = _nothing,
) -> None:
    """Append ``chunks``; neighbours stay together as they were written."""
    position = 0
    while position < len(chunks):
        end = position + 1
        while end < len(chunks) and chunks[end].start == chunks[end - 1].end:
            end += 1
        run = chunks[position:end]
        layout.theirs(run[0].start, run[-1].end, [one for chunk in run for one in inserts(chunk)])
        position = end
