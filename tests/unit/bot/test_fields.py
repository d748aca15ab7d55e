from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fields import Fields, fields_of, read_edited, read_fields, split_arguments
from bot.models import ParseProblem, RunRequest
from executor import SourceFile
from tests.runtimes import NAMES


def request(**filled: object) -> RunRequest:
    read = read_fields(Fields(**filled), NAMES)  # type: ignore[arg-type]
    assert isinstance(read, RunRequest), read
    return read


def file(name: str, content: bytes = b"x") -> SourceFile:
    return SourceFile(path=name, content=content)


@given(*[st.text()] * 4)
def test_anything_can_be_filled_in(language: str, code: str, stdin: str, args: str) -> None:
    fields = Fields(language=language, code=code, stdin=stdin, args=args)
    assert isinstance(read_fields(fields, NAMES), RunRequest | ParseProblem)


@given(st.text(min_size=1).filter(lambda t: t.strip() and "```" not in t))
def test_bare_code_is_taken_byte_for_byte(code: str) -> None:
    assert request(language="py", code=code).files == (file("main.py", code.encode()),)


@pytest.mark.parametrize(
    ("filled", "language", "version"),
    [
        pytest.param({"language": "Py3", "code": "x"}, "Py3", None, id="chosen"),
        pytest.param({"language": " python 3.13 ", "code": "x"}, "python", "3.13", id="with-version"),
        pytest.param({"language": "python3.13", "code": "x"}, "python", "3.13", id="version-at-once"),
        pytest.param({"file": file("a.js")}, "javascript", None, id="by-file-name"),
        pytest.param({"language": "py", "file": file("a.js")}, "py", None, id="chosen-beats-file-name"),
        pytest.param({"code": "```js\nx\n```"}, "js", None, id="by-tag"),
        pytest.param({"language": "py", "code": "```js\nx\n```"}, "py", None, id="chosen-beats-tag"),
        pytest.param({"code": "def f(x): pass"}, "python", None, id="guessed"),
        pytest.param({"file": file("a", b"#!/bin/sh\n")}, "bash", None, id="guessed-from-a-file"),
    ],
)  # fmt: skip
def test_the_language_is_found(
    filled: dict[str, object], language: str, version: str | None
) -> None:
    found = request(**filled)
    assert (found.language, found.version) == (language, version)


def test_only_a_guess_is_called_one() -> None:
    assert request(code="def f(x): pass").guessed
    assert not request(code="```\ndef f(x): pass\n```", language="py").guessed
    assert not request(file=file("a.py")).guessed


@pytest.mark.parametrize(
    ("filled", "paths"),
    [
        pytest.param({"file": file("Hello.py")}, ["Hello.py"], id="program-keeps-its-name"),
        pytest.param({"language": "py", "file": file("a.txt")}, ["main.py"], id="program-of-another-name"),
        pytest.param({"language": "py", "code": "x", "file": file("../d.csv")}, ["main.py", "d.csv"], id="data"),
    ],
)  # fmt: skip
def test_files_have_safe_names(filled: dict[str, object], paths: list[str]) -> None:
    assert [f.path for f in request(**filled).files] == paths


def test_fields_beat_what_stands_around_a_block() -> None:
    found = request(code="a\n```py\nx\n```\nb", stdin="c\n", args="d")
    assert (found.args, found.stdin) == (("d",), b"c\n")
    kept = request(code="a\n```py\nx\n```\nb")
    assert (kept.args, kept.stdin) == (("a",), b"b\n")


@pytest.mark.parametrize(
    ("text", "args"),
    [
        pytest.param("a b", ("a", "b"), id="words"),
        pytest.param("a 'b c' \"d\"", ("a", "b c", "d"), id="quotes"),
        pytest.param("don't stop", ("don't", "stop"), id="lonely-quote"),
        pytest.param("one arg\n'two'\n", ("one arg", "'two'"), id="lines"),
        pytest.param("  ", (), id="blank"),
    ],
)
def test_arguments_are_split(text: str, args: tuple[str, ...]) -> None:
    assert split_arguments(text) == args


@pytest.mark.parametrize(
    ("filled", "words"),
    [
        pytest.param({}, "no code", id="nothing"),
        pytest.param({"code": " \n"}, "no code", id="blank"),
        pytest.param({"code": "```py\n```"}, "empty", id="empty-block"),
        pytest.param({"code": "1 2"}, "field `language`", id="no-language"),
        pytest.param({"file": file("a.bin", b"\0\xff")}, "not text", id="binary-file"),
    ],
)
def test_what_is_missing_is_said(filled: dict[str, object], words: str) -> None:
    problem = read_fields(Fields(**filled), NAMES)  # type: ignore[arg-type]
    assert isinstance(problem, ParseProblem)
    assert words in problem.message


PROGRAM = RunRequest(
    language="py",
    version="3.9",
    files=(SourceFile(path="tool.py", content=b"print(1)"), SourceFile(path="d", content=b"\0")),
    stdin=b"5\n",
    args=("a b", "c"),
    interactive=True,
)


def test_an_editor_that_nobody_changes_gives_the_same_request() -> None:
    shown = fields_of(PROGRAM)
    assert shown == Fields(language="py 3.9", code="print(1)", stdin="5\n", args="a b\nc")
    assert read_edited(PROGRAM, shown, NAMES) == PROGRAM


def test_what_an_editor_cannot_show_stays() -> None:
    request = replace(PROGRAM, stdin=b"\xff" * 5)
    shown = fields_of(request)
    assert shown is not None
    edited = read_edited(request, replace(shown, code="print(2)"), NAMES)
    assert isinstance(edited, RunRequest)
    assert (edited.stdin, edited.files[1]) == (request.stdin, request.files[1])
    assert (edited.files[0].path, edited.files[0].content) == ("tool.py", b"print(2)")


def test_another_language_in_the_editor_renames_the_program() -> None:
    edited = read_edited(PROGRAM, Fields(language="js", code="1"), NAMES)
    assert isinstance(edited, RunRequest)
    assert (edited.language, edited.files[0].path, edited.version) == ("js", "main.js", None)


@pytest.mark.parametrize("content", [b"\xff", b"\0", b"x" * 4001], ids=["8", "binary", "long"])
def test_a_program_that_no_window_holds_is_not_shown(content: bytes) -> None:
    request = RunRequest(language="py", files=(SourceFile(path="main.py", content=content),))
    assert fields_of(request) is None


@pytest.mark.parametrize("args", [(), ("a",), ("a b",), ("don't",), ("a", "b c"), ("-x", "'")])
def test_arguments_come_back_as_they_were(args: tuple[str, ...]) -> None:
    shown = fields_of(replace(PROGRAM, args=args))
    assert shown is not None
    assert split_arguments(shown.args) == args


@pytest.mark.parametrize(
    ("typed", "language", "version"),
    [
        pytest.param("py raw", "py", None, id="after-the-language"),
        pytest.param("Python 3.13 raw", "Python", "3.13", id="after-the-version"),
        pytest.param("raw", "python", None, id="alone"),
    ],
)
def test_the_word_raw_is_no_part_of_the_language(
    typed: str, language: str, version: str | None
) -> None:
    request = read_fields(Fields(language=typed, code="print(1)"), NAMES)
    assert isinstance(request, RunRequest)
    assert (request.is_raw, request.language, request.version) == (True, language, version)
    shown = fields_of(request)
    assert shown is not None
    assert read_fields(shown, NAMES) == replace(request, guessed=False)
