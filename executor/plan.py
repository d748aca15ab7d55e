"""Turns a language and a job's files into the commands to run. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from executor.catalog import Language
from executor.javasource import java_main_class, name_java_files
from executor.languagefile import PLACEHOLDER, LanguageSpec
from executor.models import Limits, SourceFile, StageLimits, StepName

WORK_FOLDER: Final = "/box"

# The whole environment of every program: nothing of the bot's own gets in.
BASE_ENV: Final[Mapping[str, str]] = {
    "HOME": WORK_FOLDER,
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "TERM": "dumb",  # output goes to a chat message: no colours, no cursor movement
    "TZ": "UTC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One program to start in a sandbox, in the work folder, which already holds the files.

    ``warm`` names the waiting interpreter that can run exactly this command, if any can.
    """

    name: StepName
    argv: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    limits: Limits
    warm: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything a job needs: its files under their final names, paths below /etc, its steps.

    The run step also needs what the compile step left in the work folder.
    """

    files: tuple[SourceFile, ...]
    etc: tuple[str, ...]
    steps: tuple[Step, ...]


def plan(
    language: Language, files: Sequence[SourceFile], args: Sequence[str], limits: StageLimits
) -> Plan:
    """Return what to run for ``files``, already checked; the first one is the program's entry.

    ``args`` go to the run step only, in place of ``{args}`` or at its end.
    """
    spec = language.spec
    named = tuple(files)
    if spec.naming == "java":
        named = name_java_files(named, entry=spec.entry)
        main = java_main_class(named)
    else:
        main = PurePosixPath(named[0].path).stem
    env = environment(spec)
    words: dict[str, list[str]] = {
        "entry": [_argument(named[0].path)],
        "sources": [_argument(path) for path in _sources(named, spec.extensions)],
        "main": [main],
        "args": [],
    }
    steps = []
    if spec.compile_argv is not None:
        argv = _expand(spec.compile_argv, words, limits.compile)
        steps.append(
            Step(name="compile", argv=_located(argv, language), env=env, limits=limits.compile)
        )
    template = spec.run_argv if "{args}" in spec.run_argv else (*spec.run_argv, "{args}")
    run = _expand(template, {**words, "args": list(args)}, limits.run)
    warm = spec.warm if named[0].path == spec.entry else None
    steps.append(
        Step(name="run", argv=_located(run, language), env=env, limits=limits.run, warm=warm)
    )
    return Plan(files=named, etc=language.etc, steps=tuple(steps))


def environment(spec: LanguageSpec) -> tuple[tuple[str, str], ...]:
    """Return the whole environment of a language's programs, sorted by name."""
    return tuple(sorted({**BASE_ENV, **dict(spec.env)}.items()))


def _expand(
    template: Sequence[str], words: Mapping[str, list[str]], limits: Limits
) -> tuple[str, ...]:
    numbers = {
        "memory_mb": str(max(1, limits.memory_bytes // (1024 * 1024))),
        "cpus": str(max(1, math.ceil(limits.cpus))),
    }
    single = {**numbers, "entry": words["entry"][0], "main": words["main"][0]}
    argv: list[str] = []
    for argument in template:
        if argument in {"{sources}", "{args}"}:
            argv.extend(words[argument[1:-1]])
        else:
            argv.append(PLACEHOLDER.sub(lambda match: single[match[1]], argument))
    return tuple(argv)


def _sources(files: Sequence[SourceFile], extensions: Sequence[str]) -> list[str]:
    """Return the entry, whatever it is called, and all other files of the language."""
    first, *others = (file.path for file in files)
    return [first, *(path for path in others if path.lower().endswith(tuple(extensions)))]


def _argument(path: str) -> str:
    """Return ``path`` so that no tool takes it for an option or a response file."""
    return f"./{path}" if path.startswith(("-", "@", "+")) else path


def _located(argv: tuple[str, ...], language: Language) -> tuple[str, ...]:
    """Return ``argv`` with its tool's path, so that what runs is what was found and asked."""
    return (language.tools.get(argv[0], argv[0]), *argv[1:])
