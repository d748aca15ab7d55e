"""The attacks by the layer that stops them, as docs/security.md shows them. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from tests.attacks.table import LEVELS, Case, Expected, cell

BEGIN: Final = "<!-- attacks: written by python -m tests.attacks.write -->"
END: Final = "<!-- attacks: end -->"
# Layers, and which words of a case's own say that it is stopped there: the first that is found counts.
LAYERS: Final = (
    ("The compiler has a sandbox of its own", r"\bcompile|the next sandbox"),
    ("The system call filter", r"seccomp|the filter"),
    (
        "Rights: no capability, `no_new_privs`, a user of its own, limits per process",
        r"capabilit|no_new_privs|nosuid|another user|RLIMIT_(?!NPROC|FSIZE|DATA)|of the host\b|dumpable",
    ),
    ("Memory: cgroup, at level B counting", r"[Mm]emory"),
    ("Processes: cgroup, RLIMIT_NPROC", r"pids cgroup|RLIMIT_NPROC"),
    ("CPU and time: cgroup, timers", r"CPU|cpu cgroup|timer"),
    ("Disk: one tmpfs with a size and a number of inodes", r"tmpfs's|RLIMIT_FSIZE|tmpfs of a"),
    (
        "Files and devices: a root of its own, read-only",
        r"read-only|a root of|noexec|bound|not there|mount point|file system|\btmpfs\b|work folder",
    ),
    ("Namespaces: processes, network, IPC, users", r"namespace|of its own|each\b"),
    (
        "The end: the death of PID 1 takes all along",
        r"PID 1|the kill|dead|the end is|one kill|reap|verdict",
    ),
    ("Output: bytes up to a limit, read beside the timers", r"reader|output|pipe|streams|writer"),
    ("The collector: by descriptor, without rights, when all is dead", r"collector|names? |unpack"),
    (
        "An empty environment, no inherited descriptor",
        r"environment|never had|secret|closed before|taken out",
    ),
)
_WORDS: Final = {
    "REFUSED": "refused",
    "HELD": "of no use",
    "OPEN": "**open**",
    "UNBOUNDED": "**not bounded**",
}
REST: Final = "None of ours: it is harmless, must work, or is the kernel's own affair"


def layer_of(case: Case) -> str:
    """Return the layer that stops ``case``."""
    return next((name for name, words in LAYERS if re.search(words, case.layer)), REST)


def block(cases: Sequence[Case]) -> str:
    """Return what stands between the marks in docs/security.md."""
    return "\n\n".join((BEGIN, _by_layer(cases), _weaker(cases), END))


def put_into(document: str, cases: Sequence[Case]) -> str:
    """Return ``document`` with what stands between its marks replaced."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + block(cases) + after


def _by_layer(cases: Iterable[Case]) -> str:
    lines = ["| layer | attacks | how they end at A | B | C |", "|---|---|---|---|---|"]
    for layer in (*(name for name, _ in LAYERS), REST):
        found = [case for case in cases if layer_of(case) == layer]
        names = ", ".join(case.name for case in found)
        ends = " | ".join(_ends([case.expected[level] for case in found]) for level in LEVELS)
        lines.append(f"| **{layer}** | {len(found)}: {names} | {ends} |")
    return "\n".join(lines)


def _ends(expected: Iterable[Expected]) -> str:
    """Return how many end in which way, what is most frequent first."""
    counted = Counter(_briefly(each) for each in expected)
    return ", ".join(f"{count} {how}" for how, count in counted.most_common())


def _briefly(expected: Expected) -> str:
    if expected.word:
        return _WORDS[expected.word]
    verdicts = sorted(str(status).replace("_", " ") for status in expected.statuses)
    if len(verdicts) == 1:
        return verdicts[0]
    has_limit = any("limit" in verdict for verdict in verdicts)
    return "ended at a limit" if has_limit else "ended by itself"


def _weaker(cases: Iterable[Case]) -> str:
    """Return every attack that some level does not bound, or that is open, whole."""
    lines = [
        "Not bounded at a level, or open: all of them.",
        "",
        "| attack | what it attempts | what stops it | A | B | C |",
        "|---|---|---|---|---|---|",
    ]
    for case in cases:
        if any(each.word in {"UNBOUNDED", "OPEN"} for each in case.expected.values()):
            ends = (str(case.expected[level]) for level in LEVELS)
            lines.append(
                "| " + " | ".join(map(cell, (case.name, case.attempts, case.layer, *ends))) + " |"
            )
    return "\n".join(lines)
