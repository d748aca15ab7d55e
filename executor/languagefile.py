"""Reads one language file: YAML at the edge, a frozen `LanguageSpec` behind it."""

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from executor.config import Section, Strings, load_document, validate_section
from executor.limits import StagePatch
from executor.limitsection import LimitsSection

PLACEHOLDERS: Final = ("entry", "sources", "args", "memory_mb", "cpus", "main")
PLACEHOLDER: Final = re.compile(r"\{(\w*)\}")

Naming = Literal["plain", "java"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckProgram:
    """A program that proves that its language works here, and what it must print."""

    code: str
    stdout: str
    stdin: str = ""
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionCommand:
    """How a tool says its version: the first group of ``pattern`` in what ``argv`` prints."""

    argv: tuple[str, ...]
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageSpec:
    """A language as its file describes it, whether or not its tools are here."""

    name: str
    aliases: tuple[str, ...]
    extensions: tuple[str, ...]
    runtime: str
    entry: str
    naming: Naming
    compile_argv: tuple[str, ...] | None
    run_argv: tuple[str, ...]
    limits: StagePatch
    env: tuple[tuple[str, str], ...]
    etc: tuple[str, ...]
    requires: tuple[str, ...]
    version: VersionCommand
    check: CheckProgram
    hints: tuple[str, ...]
    warm: Literal["python"] | None
    file: Path


def _known_placeholders(argv: Sequence[str]) -> tuple[str, ...]:
    for argument in argv:
        for name in PLACEHOLDER.findall(argument):
            if name not in PLACEHOLDERS:
                known = ", ".join(f"{{{known}}}" for known in PLACEHOLDERS)
                raise ValueError(f"{{{name}}} in {argument!r} is not a placeholder; known: {known}")
            if name in {"sources", "args"} and argument != f"{{{name}}}":
                raise ValueError(f"{{{name}}} stands for several arguments; write it alone")
    return tuple(argv)


def _lower(names: Sequence[str]) -> tuple[str, ...]:
    for name in names:
        if name != name.lower() or not name or any(c.isspace() for c in name):
            raise ValueError(f"{name!r} is not a name; write it in lower case without spaces")
    return tuple(names)


def _dotted(extensions: Sequence[str]) -> tuple[str, ...]:
    for extension in extensions:
        if not re.fullmatch(r"\.[^./\s]+", extension):
            raise ValueError(
                f"{extension!r} is not an extension; write it with its dot, such as .py"
            )
    return _lower(extensions)


def _below_etc(paths: Sequence[str]) -> tuple[str, ...]:
    for path in paths:
        *folders, last = path.split("/")
        if folders[:2] != ["", "etc"] or not last or ".." in path or "*" in "".join(folders):
            raise ValueError(
                f"{path!r} must lie below /etc, with * only in its last part, such as /etc/java-*"
            )
    return tuple(paths)


def _compiles(patterns: Sequence[str]) -> tuple[str, ...]:
    for pattern in patterns:
        try:
            with warnings.catch_warnings(action="error"):  # such as for an ambiguous "[[a]"
                re.compile(pattern, re.MULTILINE)
        except (re.error, OverflowError, RecursionError, Warning) as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
    return tuple(patterns)


def _one_group(pattern: str) -> str:
    (pattern,) = _compiles([pattern])
    if re.compile(pattern).groups != 1:
        raise ValueError(f"{pattern!r} needs exactly one group, such as Python (\\S+)")
    return pattern


def _file_name(name: str) -> str:
    if not name or "/" in name or name.startswith((".", "-")):
        raise ValueError(f"{name!r} is not a file name, such as main.py")
    return name


Argv = Annotated[Strings, Field(min_length=1), AfterValidator(_known_placeholders)]


class _Step(Section):
    argv: Argv = Field(examples=['[python3, "{entry}"]'])
    limits: LimitsSection = LimitsSection()


class _Version(Section):
    argv: Annotated[Strings, Field(min_length=1)] = Field(examples=["[python3, --version]"])
    pattern: Annotated[str, AfterValidator(_one_group)] = Field(examples=["'Python (\\S+)'"])


class _Check(Section):
    code: str = Field(examples=["print(input())"])
    stdout: str = Field(examples=['"hi\\n"'])
    stdin: str = ""
    args: Strings = Field((), examples=["[a, b]"])


class _Language(Section):
    name: Annotated[str, AfterValidator(lambda name: _lower([name])[0])] = Field(
        examples=["python"]
    )
    aliases: Annotated[Strings, AfterValidator(_lower)] = Field((), examples=["[py, py3]"])
    extensions: Annotated[Strings, AfterValidator(_dotted)] = Field((), examples=["[.py]"])
    runtime: str = Field(examples=["cpython"])
    entry: Annotated[str, AfterValidator(_file_name)] = Field(examples=["main.py"])
    naming: Naming = "plain"
    compile: _Step | None = None
    run: _Step = Field(examples=['{argv: [python3, "{entry}"]}'])
    env: dict[str, str] = Field({}, examples=["{PYTHONUNBUFFERED: '1'}"])
    etc: Annotated[Strings, AfterValidator(_below_etc)] = Field((), examples=["[/etc/java-*]"])
    requires: Strings = Field((), examples=["[javac]"])
    version: _Version = Field(examples=["{argv: [python3, --version], pattern: 'Python (\\S+)'}"])
    check: _Check = Field(examples=['{code: print(1), stdout: "1\\n"}'])
    hints: Annotated[Strings, AfterValidator(_compiles)] = Field((), examples=["['^import ']"])
    warm: Literal["python"] | None = Field(None, examples=["python"])


def read_language_file(path: Path) -> LanguageSpec:
    """Return the language that the YAML file at ``path`` describes.

    Raises:
        ConfigError: it cannot be read or does not fit; names file, key and fix.
    """
    return parse_language(load_document(path), file=path)


def parse_language(document: Mapping[str, object], *, file: Path) -> LanguageSpec:
    """Return the language that a loaded ``document`` describes; ``file`` is for messages.

    Raises:
        ConfigError: a key is unknown or missing, or a value does not fit.
    """
    read = validate_section(_Language, document, file=str(file), section="")
    return LanguageSpec(
        name=read.name,
        aliases=read.aliases,
        extensions=read.extensions,
        runtime=read.runtime,
        entry=read.entry,
        naming=read.naming,
        compile_argv=read.compile.argv if read.compile else None,
        run_argv=read.run.argv,
        limits=StagePatch(
            compile=(read.compile.limits if read.compile else LimitsSection()).patch(),
            run=read.run.limits.patch(),
        ),
        env=tuple(sorted(read.env.items())),
        etc=read.etc,
        requires=read.requires,
        version=VersionCommand(argv=read.version.argv, pattern=read.version.pattern),
        check=CheckProgram(
            code=read.check.code,
            stdout=read.check.stdout,
            stdin=read.check.stdin,
            args=read.check.args,
        ),
        hints=read.hints,
        warm=read.warm,
        file=file,
    )
