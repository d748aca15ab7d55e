"""The table of attacks: read from cases/*.yaml, and printed as docs/attacks.md (see write.py).

One file is one group. Each case names its program (`c`: a function of programs/*.c, `python`, `warm`
or `sh`: the text, `job`: a whole job of a language), and under keys made of the isolation levels'
letters, such as `ABC` or `AC` and `B`, what must come of it:

    memory_limit            the verdict alone
    ok REFUSED              it ends by itself, and each thing it tried failed with EPERM or ENOSYS
    ok REFUSED EACCES       the same, with one of the named errors
    ok HELD                 it did what it wanted, which was of no use to it
    ok OPEN                 it got what it wanted, which is known and written down
    ok|time_limit UNBOUNDED no limit met it: not bounded at this level; it ended all the same
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from executor.models import Status

Level = Literal["A", "B", "C"]

HERE: Final = Path(__file__).parent
LEVELS: Final[tuple[Level, ...]] = ("A", "B", "C")
_KINDS: Final = ("c", "python", "warm", "sh", "job")
_WORDS: Final = {
    "": "",
    "REFUSED": "refused",
    "HELD": "of no use",
    "OPEN": "open, see the note",
    "UNBOUNDED": "not bounded at this level",
}
ALWAYS_REFUSALS: Final = frozenset({"EPERM", "ENOSYS"})


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come of a case at one level: any of ``statuses``, and what it prints first."""

    statuses: frozenset[Status]
    word: str
    refusals: frozenset[str]

    def complaints(self, status: Status, printed: str) -> Iterator[str]:
        """Yield what is wrong with how a program ended and what it printed."""
        if status not in self.statuses:
            yield f"it ended as {status}"
        lines = printed.splitlines()
        yield from (line for line in lines if line.startswith("BREACH"))
        if not self.word:
            return
        said = [line.split() for line in lines if line.split(" ", 1)[0] in _WORDS and line]
        if not said or any(words[0] != self.word for words in said):
            yield f"it did not say {self.word}"
        if self.word == "REFUSED":
            wrong = [w for w in said if len(w) < 2 or w[1] not in self.refusals]
            yield from ("refused otherwise: " + " ".join(words) for words in wrong)

    def __str__(self) -> str:
        said = _WORDS[self.word]
        verdict = " or ".join(sorted(status.value.replace("_", " ") for status in self.statuses))
        if self.word == "REFUSED":
            return said
        return f"{verdict}: {said}" if said else verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One attack. ``limits`` are fields of `executor.models.Limits` that differ from the suite's."""

    group: str
    name: str
    attempts: str
    layer: str
    kind: str
    source: Any
    expected: Mapping[Level, Expected]
    note: str = ""
    limits: Mapping[str, float] = field(default_factory=dict)
    stdin_bytes: int = 0
    pair: bool = False  # two sandboxes run it at once; SIDE is a or b
    output: str = ""  # a regular expression that all of stdout must match
    artifacts: tuple[str, ...] | None = None  # exactly these files come out
    most_printed_bytes: int | None = None
    exit_code: int | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    one_user: Expected | None = None  # at every level where all sandboxes are one user of the host


def read() -> list[Case]:
    """Return every case, in the order of the files and within them."""
    cases: list[Case] = []
    for path in sorted((HERE / "cases").glob("*.yaml")):
        document = yaml.safe_load(path.read_text("utf-8"))
        cases += [_case(document["group"], row) for row in document["cases"]]
    return cases


def _case(group: str, row: dict[str, Any]) -> Case:
    kinds = [kind for kind in _KINDS if kind in row]
    levels = {key: value for key, value in row.items() if set(key) <= set(LEVELS)}
    rest = {k: v for k, v in row.items() if k not in kinds and k not in levels}
    known = {f.name for f in fields(Case)}
    if len(kinds) != 1 or sorted("".join(levels)) != list(LEVELS) or not set(rest) <= known:
        raise ValueError(f"{row.get('name')}: a kind, each level once, and known fields")
    if rest.get("artifacts") is not None:
        rest["artifacts"] = tuple(rest["artifacts"])
    if "one_user" in rest:
        rest["one_user"] = parse(rest["one_user"])
    expected = {
        level: parse(text) for key, text in levels.items() for level in LEVELS if level in key
    }
    return Case(group=group, kind=kinds[0], source=row[kinds[0]], expected=expected, **rest)


def parse(text: str) -> Expected:
    """Read one expectation; see the top of this module."""
    match = re.fullmatch(r"([a-z_|]+)(?: (HELD|OPEN|UNBOUNDED|REFUSED)((?: [A-Z0-9]+)*))?", text)
    if match is None:
        raise ValueError(f"not an expectation: {text}")
    statuses, word, refusals = match.groups()
    return Expected(
        frozenset(Status(status) for status in statuses.split("|")),
        word or "",
        frozenset((refusals or "").split()) or ALWAYS_REFUSALS,
    )


def markdown(cases: Iterable[Case]) -> str:
    """Return docs/attacks.md."""
    cases = list(cases)
    lines = [_HEAD.format(count=len(cases)).rstrip()]
    for group in dict.fromkeys(case.group for case in cases):
        lines += [
            f"\n## {group}\n",
            "| attack | what it attempts | what stops it | A | B | C |",
            "|---|---|---|---|---|---|",
        ]
        lines += [_row(case) for case in cases if case.group == group]
        lines += [
            f"\n{case.name}: {case.note}" for case in cases if case.group == group and case.note
        ]
    return "\n".join(lines) + "\n"


def _row(case: Case) -> str:
    cells = [case.name, case.attempts, case.layer, *(str(case.expected[x]) for x in LEVELS)]
    return "| " + " | ".join(map(cell, cells)) + " |"


def cell(text: str) -> str:
    """Return ``text`` for a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")


_HEAD = """\
<!-- Written by: python -m tests.attacks.write -->

# What is tried against the sandbox

{count} attacks run in the test suite, each in a real sandbox, and the host is looked at afterwards: processes,
mounts, cgroups, temporary files, a process, two files and two listeners that nobody may touch, and a secret that
no program may find. The columns A, B and C are the isolation levels that `codecage doctor` names. "Refused" means
that the kernel gave the program an error, "of no use" that the program did as it liked and got nothing by it. "Not
bounded at this level" means that no limit stops it there; the timer still ends it, and it leaves nothing.
"""
