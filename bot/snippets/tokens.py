"""Splits a program into tokens, as far as finding its `main` and its statements needs it. Pure.

A general highlighter does not fit: it took seconds for four thousand hostile characters, and this
runs on the event loop. Each pattern here reads on to the end of the text where its closing mark is
missing, so none is tried twice over the same text and the time grows with the length alone.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"
    NUMBER = "number"
    STRING = "string"
    MARK = "mark"
    DIRECTIVE = "directive"  # a line for the preprocessor, with its continuation lines


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it stands; ``on_new_line`` says that it is the first one of its line."""

    kind: Kind
    text: str
    start: int
    end: int
    on_new_line: bool


class UnfinishedError(ValueError):
    """A comment or a text is not closed, so nobody can tell where the statements are."""


_COMMENT = r"(?P<comment>//[^\n]*|/\*.*?(?:(?P<closed>\*/)|\Z))"
_NESTED = r"(?P<comment>//[^\n]*)|(?P<nested>/\*)"
_DIRECTIVE = r"(?P<directive>^[ \t]*\#(?:[^\\\n]|\\.)*)"
_QUOTED = r'"(?:\\.|[^"\\\n])*"?'
_CHARACTER = r"'(?:\\.|[^'\\\n])*'?"
# Rust's lifetimes and Scala's symbols begin like a character, too.
_STRICT_CHARACTER = r"'(?:\\[^\n][^'\n]{0,10}|[^'\\\n])'"
_TRIPLE = r'"""(?:\\.|[^\\])*?(?:"""|(?P<open>\Z))'
_RAW_TRIPLE = r'""".*?(?:"""+|(?P<open>\Z))'
_TEMPLATE = r'"(?:\\.|\$\{(?:[^{}"\n]|"[^"\n]{0,200}"){0,200}\}|[^"\\\n])*"?'
_REST = (
    r"(?P<word>[^\W\d][\w$]*)|(?P<number>\d(?:'?[\w.])*)"
    r"|(?P<mark>::|->|=>|<-|:=|\+\+|--|&&|\|\||[-+*/%&|^<>=!]=|\.\.\.|[^\s\w])"
    r"|(?P<line>\n)|[^\S\n]+|."
)


def _pattern(*, comment: str = _COMMENT, directive: bool = False, strings: str) -> re.Pattern[str]:
    parts = [comment, f"(?P<string>{strings})", _REST]
    if directive:
        parts.insert(0, _DIRECTIVE)
    return re.compile("|".join(parts), re.DOTALL | re.MULTILINE)


_C_STRINGS = f"{_QUOTED}|{_CHARACTER}"
_PATTERNS = {
    "c": _pattern(directive=True, strings=_C_STRINGS),
    "c++": _pattern(
        directive=True,
        strings=rf'(?:u8|[uUL])?R"(?P<raw>[^()\\\s"]{{0,16}})\(.*?(?:\)(?P=raw)"|(?P<open>\Z))|{_C_STRINGS}',
    ),
    "csharp": _pattern(
        directive=True, strings=rf'(?:\$@|@\$|@)"(?:""|[^"])*(?:"|(?P<open>\Z))|{_C_STRINGS}'
    ),
    "java": _pattern(strings=f"{_TRIPLE}|{_C_STRINGS}"),
    "go": _pattern(strings=rf"`[^`]*(?:`|(?P<open>\Z))|{_C_STRINGS}"),
    "rust": _pattern(
        comment=_NESTED,
        strings=(
            r'(?:br|cr|r)(?P<raw>\#{0,16})".*?(?:"(?P=raw)|(?P<open>\Z))'
            rf'|"(?:\\.|[^"\\])*"?|{_STRICT_CHARACTER}'
        ),
    ),
    "kotlin": _pattern(comment=_NESTED, strings=f"{_RAW_TRIPLE}|{_TEMPLATE}|{_CHARACTER}"),
    "scala": _pattern(comment=_NESTED, strings=f"{_RAW_TRIPLE}|{_QUOTED}|{_STRICT_CHARACTER}"),
}
_NESTING = re.compile(r"/\*|\*/")


_KINDS = {kind.value: kind for kind in Kind}


def words(text: str) -> frozenset[str]:
    """Return the words of ``text``, which stand between spaces."""
    return frozenset(text.split())


def tokenize(source: str, language: str) -> list[Token]:
    """Return the tokens of ``source``, without comments and spaces.

    Raises:
        UnfinishedError: a comment or a text that may span lines is not closed.
    """
    pattern = _PATTERNS[language]
    tokens: list[Token] = []
    position, new_line = 0, True
    while match := pattern.match(source, position):
        position = match.end()
        group = match.lastgroup
        if group in _KINDS:
            if group == "string" and _is_open(match):
                raise UnfinishedError
            tokens.append(
                Token(_KINDS[group], match.group(), match.start(), position, on_new_line=new_line)
            )
            new_line = False
        elif group == "line":
            new_line = True
        elif group == "nested":
            position = _after_nested(source, position)
        elif group == "comment" and match.group().startswith("/*") and not match["closed"]:
            raise UnfinishedError
    return tokens


def _is_open(match: re.Match[str]) -> bool:
    return match.re.groupindex.get("open") is not None and match["open"] is not None


def _after_nested(source: str, position: int) -> int:
    depth = 1
    while depth:
        match = _NESTING.search(source, position)
        if match is None:
            raise UnfinishedError
        depth += 1 if match.group() == "/*" else -1
        position = match.end()
    return position
