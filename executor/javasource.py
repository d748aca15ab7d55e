"""Finds the names in Java sources that `javac` and `java` must be told. Pure.

Java wants a public type in a file of its own name, and `java` wants the name of the class whose
`main` it starts. Members paste a program and know neither.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from executor.models import SourceFile

# Comments, text blocks, strings and characters first, so that what stands in them is not seen.
_TOKEN: Final = re.compile(
    r"""//[^\n]*|/\*.*?(?:\*/|\Z)|\"{3}(?:\\.|[^\\])*?(?:\"{3}|\Z)|"(?:\\.|[^"\\\n])*"?"""
    r"""|'(?:\\.|[^'\\\n])*'?|[\w$]+(?:\.[\w$]+)*|[^\s\w]""",
    re.DOTALL,
)
_TYPES: Final = frozenset({"class", "interface", "enum", "record"})


@dataclass(frozen=True, slots=True, kw_only=True)
class JavaNames:
    """What one source file declares: its package, its public type, and the type with ``main``."""

    package: str = ""
    public_type: str | None = None
    main_type: str | None = None


def java_names(source: str) -> JavaNames:
    """Return the names that ``source`` declares at its outermost level."""
    names = JavaNames()
    depth, current, previous = 0, "", ""
    public = False
    for word in _words(source):
        if word in "{}":
            depth += 1 if word == "{" else -1
        elif depth == 0 and previous == "package":
            names = replace(names, package=word)
        elif depth == 0 and previous in _TYPES and word not in _TYPES:
            current = word
            if public and names.public_type is None:
                names = replace(names, public_type=word)
        elif depth == 1 and word == "main" and previous == "void" and names.main_type is None:
            names = replace(names, main_type=current)
        if depth == 0:
            public = word == "public" or (public and word not in {";", "}"})
        previous = word
    return names


def name_java_files(files: Sequence[SourceFile], *, entry: str) -> tuple[SourceFile, ...]:
    """Return ``files``, the first one renamed after its public type if nobody named it.

    Only a file with the default name ``entry`` is renamed: javac would refuse it otherwise.
    """
    first, *others = files
    public_type = java_names(_text(first)).public_type
    if first.path == entry and public_type is not None:
        renamed = f"{public_type}.java"
        if all(other.path != renamed for other in others):
            first = replace(first, path=renamed)
    return (first, *others)


def java_main_class(files: Sequence[SourceFile]) -> str:
    """Return the full name of the class to start: the first with a ``main``, entry file first.

    Without any it is the class that the entry's name stands for; since Java 25 a file may leave
    the class out, and older versions then say what is missing.
    """
    for file in files:
        if file.path.endswith(".java"):
            names = java_names(_text(file))
            if names.main_type is not None:
                return ".".join(filter(None, (names.package, names.main_type)))
    return files[0].path.rpartition("/")[2].removesuffix(".java")


def _words(source: str) -> Iterator[str]:
    for match in _TOKEN.finditer(source):
        word = match[0]
        if not word.startswith(("//", "/*", '"', "'")):
            yield word


def _text(file: SourceFile) -> str:
    return file.content.decode("utf-8", "replace")
