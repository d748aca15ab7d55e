"""One sentence that helps a member on, where what a program left behind proves what went wrong. Pure.

Each row of the tables names exact evidence: the words of a compiler or a runtime, at the place
where it says them. Where something only may be so, the sentence says "may", or there is none.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot import advice
from bot.escaping import quote
from executor import Result, Status, StepResult

# A message says at its beginning or its end what went wrong; megabytes between would hold us up.
_HEAD_BYTES = 2048
_TAIL_BYTES = 8192


@dataclass(frozen=True, slots=True)
class _Hint:
    """What to say if ``evidence`` is found; its group, if it has one, goes into the sentence."""

    languages: frozenset[str]
    step: str
    evidence: re.Pattern[str]
    sentence: str | Callable[[str], str]

    def say(self, found: str) -> str:
        """Return the sentence for what the evidence's group found."""
        return self.sentence if isinstance(self.sentence, str) else self.sentence(found)


def _row(languages: str, step: str, evidence: str, sentence: str | Callable[[str], str]) -> _Hint:
    pattern = re.compile(evidence, re.MULTILINE)
    return _Hint(frozenset(languages.split()), step, pattern, sentence)


def _python_module(name: str) -> str:
    return advice.no_module(quote(name.partition(".")[0]), ".py")


def _node_module(name: str) -> str:
    is_file = name.startswith((".", "/"))
    return advice.no_file(quote(name)) if is_file else advice.no_package(quote(name))


def _package(name: str) -> str:
    return advice.no_package(quote(name))


def _header(name: str) -> str:
    return advice.no_file(quote(name))


_C = "c c++"
_JVM = "java kotlin scala"
_HINTS = (
    # Input that ended too early.
    _row("python", "run", r"^EOFError: EOF when reading a line\s*\Z", advice.INPUT_ENDED),
    _row(
        _JVM, "run",
        r"^Exception in thread .*NoSuchElementException.*(?:\n[ \t]+at .*)*?\n[ \t]+at (?:java\.base/)?java\.util\.Scanner\.",
        advice.INPUT_ENDED,
    ),
    _row("kotlin", "run", r"kotlin\.io\.ReadAfterEOFException", advice.INPUT_ENDED),
    _row("ruby", "run", r": end of file reached \(EOFError\)", advice.INPUT_ENDED),
    _row("haskell", "run", r": Prelude\.(?:getLine|getChar|readLn): end of file", advice.INPUT_ENDED),
    # No beginning.
    _row(_C, "compile", r"undefined reference to [`']main'", advice.NO_MAIN),
    _row("java", "run", r"^Error: (?:Main method not found in class|Could not find or load main class) ", advice.NO_MAIN),
    _row("java", "run", r"^error: no main method found in class", advice.NO_MAIN),
    _row("go", "compile", r"function main is undeclared in the main package", advice.NO_MAIN),
    _row("rust", "compile", r"^error\[E0601\]", advice.NO_MAIN),
    _row("csharp", "compile", r"\berror CS5001\b", advice.NO_MAIN),
    # Something is not there.
    _row("python", "run", r"^ModuleNotFoundError: No module named '([^'\n]+)'.*\Z", _python_module),
    _row("javascript typescript", "run", r"^(?:Error|.*\[ERR_MODULE_NOT_FOUND\]): Cannot find (?:module|package) '([^'\n]+)'", _node_module),
    _row(_C, "compile", r": fatal error: ([^:\n]+): No such file or directory", _header),
    _row("java", "compile", r": error: package (\S+) does not exist", _package),
    _row("perl", "run", r"^Can't locate (\S+\.pm) in @INC", _package),
    _row("ruby", "run", r"cannot load such file -- (\S+) \(LoadError\)", _package),
    _row("go", "compile", r"no required module provides package (\S+?);", _package),
    _row("bash", "run", r": line \d+: ([^\s:]+): command not found\s*\Z", lambda name: advice.no_command(quote(name))),
    _row("sh", "run", r": \d+: ([^\s:]+): not found\s*\Z", lambda name: advice.no_command(quote(name))),
    # A function without an end.
    _row("python", "run", r"^RecursionError: maximum recursion depth exceeded.*\Z", advice.TOO_DEEP),
    _row(_JVM, "run", r"^Exception in thread \"[^\"\n]*\" java\.lang\.StackOverflowError", advice.TOO_DEEP),
    _row("javascript typescript", "run", r"^RangeError: Maximum call stack size exceeded", advice.TOO_DEEP),
    _row("go", "run", r"^fatal error: stack overflow", advice.TOO_DEEP),
    _row("rust", "run", r"has overflowed its stack\s*$", advice.TOO_DEEP),
    # What a sandbox has not.
    _row("python", "run", r"^(?:socket\.gaierror:|urllib\.error\.URLError: <urlopen error) \[Errno -[235]\].*\Z", advice.NO_NETWORK),
    _row("javascript typescript", "run", r"\bgetaddrinfo (?:EAI_AGAIN|ENOTFOUND) ", advice.NO_NETWORK),
    _row(_JVM, "run", r"^Exception in thread .*java\.net\.UnknownHostException", advice.NO_NETWORK),
    _row("python", "run", r"^_tkinter\.TclError: no display name.*\Z", advice.NO_SCREEN),
    _row(_JVM, "run", r"^Exception in thread .*java\.awt\.HeadlessException", advice.NO_SCREEN),
)  # fmt: skip
_NOT_SHOWN = re.compile(
    r"UserWarning: FigureCanvasAgg is non-interactive, and thus cannot be shown"
)

# Where standard output goes to no terminal, these keep it back until there is enough of it.
_PRINTING = re.compile(r"\b(?:printf|puts|putchar|fputs|cout|print|say)\b")
_FLUSHING = re.compile(r"\b(?:fflush|setv?buf|endl|flush|unitbuf|autoflush)\b|\$\|")
_FLUSHERS = {"c": "`fflush(stdout);`", "c++": "`cout << flush;`", "perl": "`$| = 1;`"}
_FAILED = frozenset({Status.RUNTIME_ERROR, Status.SIGNALLED, Status.COMPILE_ERROR})
_CUT_OFF = frozenset(
    {Status.TIME_LIMIT, Status.CPU_LIMIT, Status.MEMORY_LIMIT, Status.SIGNALLED, Status.CANCELLED}
)


def hint_for(result: Result, source: str) -> str | None:
    """Return the sentence that helps, `None` if nothing is sure.

    Args:
        result: how the program ended.
        source: its text.
    """
    if not result.steps:
        return None
    step = result.steps[-1]
    if step.status is Status.OK:
        shows_plot = result.language == "python" and _NOT_SHOWN.search(_messages(step))
        return advice.NOT_SHOWN if shows_plot else None
    return _proved(step, result.language) or _kept_back(step, result.language, source)


def _proved(step: StepResult, language: str) -> str | None:
    if step.status not in _FAILED:
        return None
    messages = _messages(step)
    for hint in _HINTS:
        if hint.step == step.name and language in hint.languages:
            found = hint.evidence.search(messages)
            if found:
                return hint.say(found[1] if found.re.groups else "")
    return None


def _messages(step: StepResult) -> str:
    data = step.stderr
    if step.name == "compile":
        data = b"".join(chunk.data for chunk in step.output)
    if len(data) > _HEAD_BYTES + _TAIL_BYTES:
        data = data[:_HEAD_BYTES] + b"\n" + data[-_TAIL_BYTES:]
    return data.decode("utf-8", "replace").rstrip()


def _kept_back(step: StepResult, language: str, source: str) -> str | None:
    how = _FLUSHERS.get(language)
    if how is None or step.name != "run" or step.status not in _CUT_OFF or step.stdout:
        return None
    if not _PRINTING.search(source) or _FLUSHING.search(source):
        return None
    return advice.kept_back(how)
