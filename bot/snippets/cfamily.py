"""Puts C and C++ statements that stand in no function into a `main`. Pure."""

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.snippets.chunks import Place, can_run, cut, declared, find_outer, lay_out, outer, placed
from bot.snippets.headers import C_HEADERS, CPP_HEADERS
from bot.snippets.lines import Layout, LineMap
from bot.snippets.tokens import Kind, Token, tokenize, words

_CONTROL = words("if else for while do switch try catch return goto break continue")
_TOP = words("using typedef template namespace extern static_assert import export")
_TYPES = frozenset({"struct", "class", "union", "enum"})
_NOT_TYPES = _CONTROL | words("new delete throw case co_return co_yield co_await sizeof")
_CONDITION = re.compile(r"\s*#\s*(?:if|ifdef|ifndef|else|elif|endif)\b")
_MAIN = re.compile(r"\bmain\b")


def wrap(source: str, language: str) -> tuple[str, LineMap] | None:
    """Return ``source`` with a `main`, or `None` if it has one or holds nothing to run.

    Raises:
        ValueError: nobody can tell where its statements are.
    """
    tokens = tokenize(source, language)
    if _has_main(tokens):
        return None
    parts = list(cut(tokens, ends_at_brace=_is_complete))
    defined = {_called(part) for part in parts if _is_function(part)}
    chunks = placed(source, [(part, *_place(part, defined)) for part in parts])
    headers = [chunk for chunk in chunks if _is_header(chunk.tokens)]
    if not can_run(chunks, headers):
        return None
    layout = Layout(source)
    layout.ours("\n".join(_prelude(tokens, language)))
    lay_out(layout, [chunk for chunk in chunks if chunk.place is Place.TOP])
    layout.ours("int main(int argc, char **argv) {")
    lay_out(layout, [chunk for chunk in chunks if chunk.place is not Place.TOP])
    layout.ours("}")
    return layout.finish()


def _has_main(tokens: Sequence[Token]) -> bool:
    directives = [token.text for token in tokens if token.kind is Kind.DIRECTIVE]
    if any(map(_MAIN.search, directives)):
        return True
    if any(map(_CONDITION.match, directives)):
        return True  # which lines count is the preprocessor's business
    following = [token.text for _, token in outer(tokens)]
    return any(pair == ("main", "(") for pair in pairwise(following))


def _prelude(tokens: Sequence[Token], language: str) -> list[str]:
    if language == "c":
        return [f"#include <{name}>" for name in C_HEADERS]
    words = {token.text for token in tokens if token.kind is Kind.WORD}
    names = sorted({header for word, header in CPP_HEADERS.items() if word in words})
    # A namespace must be known before it can be used.
    return [*(f"#include <{name}>" for name in names or ["cstddef"]), "using namespace std;"]


def _is_header(chunk: Sequence[Token]) -> bool:
    return chunk[0].kind is Kind.DIRECTIVE or chunk[0].text == "using"


def _without_template(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return what follows ``template<…>``, whose angle brackets may hold anything."""
    start = 0
    while start < len(tokens) and tokens[start].text == "template":
        depth = 0
        for position in range(start + 1, len(tokens)):
            text = tokens[position].text
            depth += (text == "<") - (text == ">")
            if not depth:
                start = position + 1
                break
        else:
            return tokens[:0]
    return tokens[start:]


def _is_complete(chunk: Sequence[Token]) -> bool:
    """Return whether the brace that closes here is the end of the chunk."""
    chunk = _without_template(chunk)
    opening = find_outer(chunk, "{", last=True)
    if not opening:  # the chunk is a block, or the rest of a broken template
        return True
    first = chunk[0].text
    if first in _CONTROL or (first == "namespace" or chunk[1].text == "namespace"):
        return True
    if first == "extern" and chunk[1].kind is Kind.STRING:
        return True
    return _is_body(chunk, opening)


def _is_body(chunk: Sequence[Token], opening: int) -> bool:
    """Return whether the brace at ``opening`` begins a function's body, or a macro's block."""
    equals = find_outer(chunk[:opening], "=")
    arguments = find_outer(chunk[:opening], "(")
    if equals is not None or arguments is None:
        return False
    before = chunk[opening - 1].text
    return before in {")", "}", "const", "noexcept", "override"} or (
        find_outer(chunk[:opening], "->") is not None
    )


def _is_function(chunk: Sequence[Token]) -> bool:
    chunk = _without_template(chunk)
    opening = find_outer(chunk, "{", last=True)
    if not opening or chunk[0].text in _CONTROL or chunk[-1].text != "}":
        return False
    arguments = find_outer(chunk, "(")
    # A type and a name; a name alone is a macro, such as the loop macros of contests.
    return _is_body(chunk, opening) and arguments is not None and arguments >= 2


def _called(chunk: Sequence[Token]) -> str:
    arguments = find_outer(chunk, "(") or 0
    return chunk[arguments - 1].text


def _place(chunk: tuple[Token, ...], defined: set[str]) -> tuple[Place, str]:
    first = chunk[0]
    if first.kind is Kind.DIRECTIVE or first.text in _TOP or _is_function(chunk):
        return Place.TOP, ""
    if first.text == "inline" or _is_type(chunk):
        return Place.TOP, ""
    if first.text in _CONTROL:
        return Place.STATEMENT, ""
    if (found := declared(chunk, _NOT_TYPES)) and found[1] in {"=", ";", "[", "{", ",", "("}:
        name, mark = found
        return (Place.TOP, "") if mark == "(" and name in defined else (Place.VARIABLE, name)
    return Place.STATEMENT, ""


def _is_type(chunk: Sequence[Token]) -> bool:
    """Return whether the chunk defines or announces a type."""
    if chunk[0].text not in _TYPES:
        return False
    opening = find_outer(chunk, "{")
    if opening is None:
        return len(chunk) <= 3
    return not {token.text for token in chunk[:opening]} & {"=", "("}
