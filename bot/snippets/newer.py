"""Puts Go, Rust, Kotlin and Scala statements that stand in no function into a `main`. Pure."""

from collections.abc import Sequence
from itertools import pairwise

from bot.snippets.chunks import Chunk, Place, can_run, cut, find_outer, lay_out, outer, placed
from bot.snippets.headers import GO_PACKAGES
from bot.snippets.lines import Layout, LineMap
from bot.snippets.tokens import Kind, Token, tokenize, words

Wrapped = tuple[str, LineMap] | None

# A line that ends or begins so is not over: the next one belongs to it.
_GOES_ON_AFTER = words(", . + - * / % & | ^ < > = := && || == != <= >= += -= *= /= -> => :: ( [ {")
_GOES_ON_BEFORE = words(". ?: ?. && || -> => else catch finally while { :: ? :")

_RUST_ITEMS = words(
    "fn struct enum union impl trait mod use const static type extern pub unsafe async macro_rules"
)
_KOTLIN_ITEMS = words(
    "import package fun class object interface enum data sealed typealias abstract open annotation"
    " inline suspend private internal public operator infix tailrec value"
)


def wrap_go(source: str) -> Wrapped:
    """Return ``source`` with package, imports and `main`; `None` if it needs none.

    Raises:
        ValueError: nobody can tell where its statements are.
    """
    tokens = tokenize(source, "go")
    parts = list(cut(tokens, ends_at_brace=lambda _: False, ends_at_line=_go_line_ends))
    chunks = placed(source, [(part, *_go_place(part)) for part in parts])
    head = [chunk for chunk in chunks if chunk.tokens[0].text in {"package", "import"}]
    if ("func", "main") in _outer_pairs(tokens) or not can_run(chunks, head):
        return None
    above = frozenset(head)
    tops = [chunk for chunk in chunks if chunk.place is Place.TOP and chunk not in above]
    layout = Layout(source)
    if not any(chunk.tokens[0].text == "package" for chunk in head):
        layout.ours("package main")
    lay_out(layout, head)
    layout.ours("\n".join(f'import "{path}"' for path in _go_imports(tokens, head)))
    lay_out(layout, tops)
    _lay_out_main(layout, chunks, "func main() {", "}")
    return layout.finish()


def wrap_rust(source: str) -> Wrapped:
    """Return ``source`` with a `main`; items may stay inside it. As `wrap_go` otherwise."""
    tokens = tokenize(source, "rust")
    parts = list(
        cut(tokens, ends_at_brace=_rust_is_complete, ends_at_line=lambda chunk, _: _is_inner(chunk))
    )
    chunks = placed(source, [(part, _rust_place(part), "") for part in parts])
    has_main = ("fn", "main") in _outer_pairs(tokens)
    if has_main or not any(chunk.place is Place.STATEMENT for chunk in chunks):
        return None
    layout = Layout(source)
    lay_out(layout, [chunk for chunk in chunks if chunk.place is Place.TOP])
    if any(token.text == "?" for token in tokens):
        head = "fn main() -> Result<(), Box<dyn std::error::Error>> {"
        _lay_out_main(layout, chunks, head, "Ok(())\n}")
    else:
        _lay_out_main(layout, chunks, "fn main() {", "}")
    return layout.finish()


def wrap_kotlin(source: str) -> Wrapped:
    """Return ``source`` with a `main`. As `wrap_go` otherwise."""
    tokens = tokenize(source, "kotlin")
    parts = list(cut(tokens, ends_at_brace=lambda _: False, ends_at_line=_line_ends))
    chunks = placed(source, [(part, *_kotlin_place(part)) for part in parts])
    has_main = ("fun", "main") in _outer_pairs(tokens)
    head = [chunk for chunk in chunks if chunk.tokens[0].text in {"package", "import"}]
    if has_main or not can_run(chunks, head):
        return None
    layout = Layout(source)
    lay_out(layout, [chunk for chunk in chunks if chunk.place is Place.TOP])
    _lay_out_main(layout, chunks, "fun main(args: Array<String>) {", "}")
    return layout.finish()


def wrap_scala(source: str) -> Wrapped:
    """Return ``source`` in an object that is a program; everything may stand in one. As `wrap_go`."""
    tokens = tokenize(source, "scala")
    if not tokens or _pairs(tokens) & {("def", "main"), ("extends", "App"), ("@", "main")}:
        return None
    items = {"package", "object", "class", "trait", "case", "import", "def", "sealed", "abstract"}
    parts = list(cut(tokens, ends_at_brace=lambda _: False, ends_at_line=_line_ends))
    if tokens[0].text == "package" or all(part[0].text in items for part in parts):
        return None
    layout = Layout(source)
    layout.ours("object Main extends App {")
    layout.theirs(0, len(source))
    layout.ours("}")
    return layout.finish()


def _lay_out_main(layout: Layout, chunks: Sequence[Chunk], head: str, end: str) -> None:
    layout.ours(head)
    lay_out(layout, [chunk for chunk in chunks if chunk.place is not Place.TOP])
    layout.ours(end)


def _pairs(tokens: Sequence[Token]) -> set[tuple[str, str]]:
    return set(pairwise(token.text for token in tokens))


def _outer_pairs(tokens: Sequence[Token]) -> set[tuple[str, str]]:
    return set(pairwise(token.text for _, token in outer(tokens)))


def _line_ends(chunk: Sequence[Token], after: Token) -> bool:
    return chunk[-1].text not in _GOES_ON_AFTER and after.text not in _GOES_ON_BEFORE


def _go_line_ends(chunk: Sequence[Token], _: Token) -> bool:
    # The language's own rule for where a line break is a semicolon.
    before = chunk[-1]
    return before.kind is not Kind.MARK or before.text in {")", "]", "}", "++", "--"}


def _go_place(chunk: Sequence[Token]) -> tuple[Place, str]:
    first = chunk[0].text
    if first in {"package", "import", "type"}:
        return Place.TOP, ""
    if first == "func":
        # `func name(` and `func (receiver) name(`; a function without a name is a statement.
        position = 1
        if len(chunk) > 1 and chunk[1].text == "(":
            position = (find_outer(chunk, ")") or 0) + 1
        is_named = position < len(chunk) and chunk[position].kind is Kind.WORD
        return (Place.TOP if is_named else Place.STATEMENT), ""
    if first in {"var", "const"} and len(chunk) > 1:
        return Place.VARIABLE, chunk[1].text
    return Place.STATEMENT, ""


def _go_imports(tokens: Sequence[Token], head: Sequence[Chunk]) -> list[str]:
    written = {
        token.text.strip('"`').rpartition("/")[2]
        for chunk in head
        for token in chunk.tokens
        if token.kind is Kind.STRING
    }
    used = {first for first, second in _pairs(tokens) if second == "."}
    return sorted(path for name, path in GO_PACKAGES.items() if name in used - written)


def _rust_item(chunk: Sequence[Token]) -> Sequence[Token]:
    """Return the chunk without its attributes."""
    position = 0
    closings = (at for at, token in outer(chunk) if token.text == "]")
    while [token.text for token in chunk[position : position + 2]] == ["#", "["]:
        position = next(at for at in closings if at > position) + 1
    return chunk[position:]


def _is_inner(chunk: Sequence[Token]) -> bool:
    """Return whether the chunk is ``#![…]``, which holds for what is around it."""
    return [token.text for token in chunk[:2]] == ["#", "!"]


def _is_rust_item(chunk: Sequence[Token]) -> bool:
    item = _rust_item(chunk)
    if not item or item[0].text not in _RUST_ITEMS:
        return False
    return [token.text for token in item[:2]] != ["unsafe", "{"]


def _rust_is_complete(chunk: Sequence[Token]) -> bool:
    item = _rust_item(chunk)
    if _is_rust_item(chunk):
        return item[0].text not in {"use", "const", "static", "type"} or "fn" in {
            token.text for token in item[1:2]
        }
    return bool(item) and item[0].text in {"if", "for", "while", "loop", "match", "unsafe", "{"}


def _rust_place(chunk: Sequence[Token]) -> Place:
    if _is_inner(chunk):
        return Place.TOP
    return Place.VARIABLE if _is_rust_item(chunk) else Place.STATEMENT


def _kotlin_place(chunk: Sequence[Token]) -> tuple[Place, str]:
    words = [token.text for token in chunk]
    while len(words) > 1 and words[0] == "@":
        words = words[2:]
    if words and words[0] in _KOTLIN_ITEMS and words[1:2] != ["("]:
        return Place.TOP, ""
    if words[:1] in (["val"], ["var"], ["const"]) and len(words) > 1:
        name = words[2] if words[0] == "const" and len(words) > 2 else words[1]
        return Place.VARIABLE, name
    return Place.STATEMENT, ""
