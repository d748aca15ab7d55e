"""Texts of 256 KiB and more that are hard to read: time grows with their length alone.

No clock is asserted: what looks at everything for every place in it would take many minutes here.
"""

from collections.abc import Callable

import pytest

from bot.excerpts import cut
from bot.hints import hint_for
from bot.inputs import Written, read_written
from bot.languages import LanguageNames
from bot.parsing import parse, strip_mention, strip_prefix
from bot.rendering import refuse, render
from bot.snippets.echo import without_frames
from bot.snippets.lines import LineMap, with_member_lines
from executor import Runtime, SourceFile, Status
from tests.results import result, step
from tests.runtimes import NAMES

SIZE = 1 << 18

TEXTS = [
    pytest.param("`", id="backticks"),
    pytest.param("` ", id="single-backticks"),
    pytest.param("`` ` ", id="backticks-of-two-lengths"),
    pytest.param("```", id="fences"),
    pytest.param("``` ", id="fences-apart"),
    pytest.param("```py\n", id="openings"),
    pytest.param("````\n```\n", id="longer-and-shorter-fences"),
    pytest.param("~~~\n", id="tildes"),
    pytest.param("```stdin\n1\n```\n", id="input-blocks"),
    pytest.param("```a.py\n1\n```\n", id="file-blocks"),
    pytest.param("<@7>", id="mentions"),
    pytest.param("```<@7>", id="mentions-and-fences"),
    pytest.param("\n", id="line-breaks"),
    pytest.param("\r\n", id="crlf"),
    pytest.param(" ", id="spaces"),
    pytest.param("\t\n ", id="blank-lines"),
    pytest.param("a", id="one-word"),
    pytest.param("a ", id="words"),
    pytest.param("python 3 raw\n", id="language-lines"),
    pytest.param("\u200b", id="zero-width"),
    pytest.param("\u202e\0", id="controls"),
]

WAYS: list[tuple[str, Callable[[str], object]]] = [
    ("message", lambda text: parse(text, NAMES)),
    ("block", lambda text: parse(f"x\n```\n{text}", NAMES)),
    ("block-on-one-line", lambda text: parse(f"```{text}!", NAMES)),
    ("after-a-block", lambda text: parse(f"```py\n1\n```{text}", NAMES)),
    ("mention", lambda text: strip_mention(f"```x {text}", 7) or "none"),
    ("prefix", lambda text: strip_prefix(text, ("./run",)) or "none"),
    ("pasted", lambda text: read_written(Written(files=(file("message.txt", text),)), NAMES)),
    ("attached", lambda text: read_written(Written(files=(file("a", text),)), NAMES)),
    ("refusal", refuse),
]


def file(path: str, text: str) -> SourceFile:
    return SourceFile(path=path, content=text.encode())


@pytest.mark.parametrize("piece", TEXTS)
def test_a_message_is_read_in_one_pass(piece: str) -> None:
    text = piece * (SIZE // len(piece.encode()))
    for name, way in WAYS:
        assert way(text), name


OUTPUTS = [
    pytest.param(b"x", id="one-line"),
    pytest.param(b"\n", id="line-breaks"),
    pytest.param(b"`", id="backticks"),
    pytest.param(b"\x1b", id="escapes"),
    pytest.param(b"\x1b[", id="sequences-that-do-not-end"),
    pytest.param(b"\x1b[0;", id="colours-that-do-not-end"),
    pytest.param(b"\x1b[31m", id="colours"),
    pytest.param(b"\x1b]", id="titles-that-do-not-end"),
    pytest.param(b"\x1b[ ", id="odd-sequences"),
    pytest.param(b"\xf0\x9f", id="half-characters"),
    pytest.param("\u202e".encode(), id="directions"),
    pytest.param(b"\0", id="nul"),
    pytest.param(b"\r", id="carriage-returns"),
    pytest.param(b"main.py:1: ", id="places"),
    pytest.param(b'", line 1', id="halves-of-places"),
    pytest.param(b"    at Script.runInThisContext (node:vm:1:1)\n", id="frames"),
    pytest.param(b"Exception in thread NoSuchElementException", id="exceptions"),
    pytest.param(b" ", id="spaces"),
    pytest.param(b"1 |", id="gutters"),
]


@pytest.mark.parametrize("piece", OUTPUTS)
def test_output_is_shown_in_one_pass(piece: bytes) -> None:
    data = piece * (5 * SIZE // len(piece))
    failed = step(data, data, status=Status.RUNTIME_ERROR, exit_code=1)
    for language in ("python", "java", "javascript", "bash"):
        hint_for(result(failed, language=language), "")
    assert render(result(failed)).files[0].content == data
    assert cut(data, max_lines=40, max_units=4000).left_out_bytes > 0
    lines = LineMap(tuple(range(1, 10)))
    assert with_member_lines(data, "main.py", lines, gutter=True)
    assert without_frames(data)


def test_hints_are_not_given_what_takes_them_long() -> None:
    hints = {
        "empty": r"\n\s*\n",
        "margin": r"[ \t]+$",
        "long": r"^.{201}",
        "far": r"beyond",
        "good": r"^\s*echo ",
    }
    names = LanguageNames(
        [Runtime(name=name, version="1", hints=(hint,)) for name, hint in hints.items()]
    )
    code = "\n" * 9000 + "  \n\t\n\r\n" + "x " * 300 + "\r\n  echo 1" + "\n" * 20_000 + "beyond"
    assert names.candidates(code) == ("good",)
