"""Puts Java and C# statements and methods that stand in no class into one with a `main`. Pure."""

from collections.abc import Sequence
from itertools import pairwise

from bot.snippets.chunks import (
    Chunk,
    Place,
    after_angles,
    can_run,
    cut,
    declared,
    find_outer,
    lay_out,
    outer,
    placed,
)
from bot.snippets.headers import CSHARP_NAMESPACES, JAVA_PACKAGES
from bot.snippets.lines import Layout, LineMap
from bot.snippets.tokens import Kind, Token, tokenize, words

_MODIFIERS = words(
    "public private protected internal static final abstract sealed strictfp synchronized native"
    " readonly unsafe async partial override virtual default"
)
_TYPES = frozenset({"class", "interface", "enum", "record", "struct"})
_CONTROL = words(
    "if else for foreach while do switch try catch finally synchronized lock using return break"
    " continue throw yield assert unsafe checked"
)
_NOT_TYPES = _CONTROL | {"new", "case", "await", "goto", "default"}
# C# does not let a method be called like its class.
_NAMES = {"java": ("Main", "Program", "Snippet"), "csharp": ("Program", "Snippet")}


def wrap(source: str, language: str) -> tuple[str, LineMap] | None:
    """Return ``source`` in a class with a `main`, or `None` if it has one or nothing to run.

    Raises:
        ValueError: nobody can tell where its statements are.
    """
    tokens = tokenize(source, language)
    if any(token.kind is Kind.DIRECTIVE for token in tokens):
        return None
    parts = list(cut(tokens, ends_at_brace=_is_complete))
    chunks = placed(source, [(part, *_place(part)) for part in parts])
    types = [chunk for chunk in chunks if _type_name(chunk.tokens)]
    if any(_has_main(chunk.tokens, language) for chunk in types):
        return None
    mains = [chunk for chunk in chunks if _method_name(chunk.tokens) in {"main", "Main"}]
    statements = [chunk for chunk in chunks if chunk.place is not Place.TOP]
    head = [chunk for chunk in chunks if _is_header(chunk.tokens)]
    runs = can_run(chunks, head)
    if runs == bool(mains):  # nothing to run, or two beginnings
        return None
    name = _free_name({_type_name(chunk.tokens) for chunk in types}, language)
    layout = Layout(source)
    if language == "csharp":
        written = {"".join(token.text for token in chunk.tokens[1:]) for chunk in head}
        missing = [one for one in CSHARP_NAMESPACES if f"{one};" not in written]
        layout.ours("\n".join(f"using {one};" for one in missing))
    lay_out(layout, head)
    if language == "java":
        layout.ours("\n".join(f"import {one}.*;" for one in JAVA_PACKAGES))
    layout.ours(f"class {name} {{")
    above = frozenset(head)
    members = [chunk for chunk in chunks if chunk.place is Place.TOP and chunk not in above]
    lay_out(layout, members, _modifiers)
    _lay_out_main(layout, statements if runs else [], mains, language)
    layout.ours("}")
    return layout.finish()


def _lay_out_main(
    layout: Layout, statements: Sequence[Chunk], mains: Sequence[Chunk], language: str
) -> None:
    head = {
        "java": "public static void main(String[] args) throws Exception {",
        "csharp": "public static void Main(string[] args) {",
    }[language]
    if statements:
        layout.ours(head)
        lay_out(layout, statements)
        layout.ours("}")
    elif language == "java" and not _takes_arguments(mains[0].tokens):
        layout.ours(f"{head} main(); }}")


def _takes_arguments(method: Sequence[Token]) -> bool:
    opening = find_outer(method, "(") or 0
    return method[opening + 1].text != ")"


def _free_name(taken: set[str], language: str) -> str:
    return next((name for name in _NAMES[language] if name not in taken), "SnippetToRun")


def _start(chunk: Sequence[Token]) -> int:
    """Return the position after annotations and modifiers."""
    position = 0
    while position < len(chunk):
        text = chunk[position].text
        if text == "@" and position + 1 < len(chunk) and chunk[position + 1].text != "interface":
            position = _after_annotation(chunk, position + 1)
        elif text in _MODIFIERS and not _begins_block(chunk, position):
            position += 1
        elif text == "<":
            after = after_angles(chunk, position)
            if after == position:
                return position
            position = after
        else:
            return position
    return position


def _begins_block(chunk: Sequence[Token], position: int) -> bool:
    """Return whether a word such as ``synchronized`` is a statement here and no modifier."""
    return position + 1 < len(chunk) and chunk[position + 1].text in {"(", "{", ":", "->"}


def _after_annotation(chunk: Sequence[Token], position: int) -> int:
    position += 1
    while position + 1 < len(chunk) and chunk[position].text == ".":
        position += 2
    if position < len(chunk) and chunk[position].text == "(":
        closing = (p for p, token in outer(chunk[position:]) if token.text == ")")
        position += next(closing, 0) + 1
    return position


def _type_name(chunk: Sequence[Token]) -> str:
    """Return the name of the type that the chunk defines; empty if it defines none."""
    rest = [token for token in chunk[_start(chunk) :] if token.text != "@"]
    if len(rest) < 3 or rest[0].text not in _TYPES or rest[1].kind is not Kind.WORD:
        return ""
    is_header = rest[2].text in {"{", "(", "<", ":"} or rest[2].kind is Kind.WORD
    return rest[1].text if is_header and find_outer(rest, "{") is not None else ""


def _method_name(chunk: Sequence[Token]) -> str:
    """Return the name of the method that the chunk defines; empty if it defines none."""
    rest = chunk[_start(chunk) :]
    found = declared(rest, _NOT_TYPES | _TYPES)
    if found is None or found[1] != "(":
        return ""
    arguments = find_outer(rest, "(") or 0
    body = find_outer(rest, "{")
    if body is None:
        body = find_outer(rest, "=>")
    if body is None or body < arguments or find_outer(rest[:body], "=") is not None:
        return ""
    return found[0]


def _is_complete(chunk: Sequence[Token]) -> bool:
    first = chunk[0].text
    if first == "{" or (first in _CONTROL and not _is_using_variable(chunk)):
        return True
    if first in {"namespace", "static"} and chunk[1].kind is not Kind.WORD:
        return True
    return bool(first == "namespace" or _type_name(chunk) or _method_name(chunk))


def _is_using_variable(chunk: Sequence[Token]) -> bool:
    return chunk[0].text == "using" and len(chunk) > 1 and chunk[1].text != "("


def _is_header(chunk: Sequence[Token]) -> bool:
    """Return whether the chunk must stand before all classes."""
    words = [token.text for token in chunk[:4]]
    if words[0] in {"import", "package", "namespace"}:
        return True
    # `using X.Y;` and `using A = B;`, and no `using var x = …;`
    return (
        words[0] == "using"
        and len(words) > 2
        and (words[1] == "static" or words[2] in {";", ".", "="})
    )


def _place(chunk: tuple[Token, ...]) -> tuple[Place, str]:
    if _is_header(chunk) or _type_name(chunk) or _method_name(chunk):
        return Place.TOP, ""
    if [token.text for token in chunk[:2]] == ["static", "{"]:
        return Place.TOP, ""
    if chunk[0].text in _CONTROL:
        return Place.STATEMENT, ""
    found = declared(chunk[_start(chunk) :], _NOT_TYPES)
    if found and found[1] in {"=", ";", "[", ","}:
        return Place.VARIABLE, found[0]
    return Place.STATEMENT, ""


def _has_main(type_tokens: Sequence[Token], language: str) -> bool:
    wanted = "main" if language == "java" else "Main"
    texts = [token.text for token in type_tokens]
    return any(pair == (wanted, "(") for pair in pairwise(texts))


def _modifiers(chunk: Chunk) -> Sequence[tuple[int, str]]:
    """Return what makes a member of a class usable from a static `main`."""
    tokens = chunk.tokens
    start = _start(tokens)
    before = {token.text for token in tokens[:start]}
    added = []
    if _method_name(tokens) == "main" and "public" not in before:
        added.append("public")
    is_type = bool(_type_name(tokens))
    if "static" not in before and (not is_type or tokens[start].text == "class"):
        added.append("static")
    if not added:
        return ()
    where = next((t for t in tokens[:start] if t.text == "<"), tokens[start])
    return [(where.start, " ".join(added) + " ")]
