"""How the last expression of a program tells its value, run with this very Python."""

import contextlib
import io
from pathlib import Path

import pytest

from bot.snippets.echo import ECHO_FILE, echo_javascript, echo_python


def told(source: str, folder: Path) -> str | None:
    """Run ``source`` with its echo; return what it told, `None` if nothing."""
    made = echo_python(source)
    assert made is not None
    scope = {"__name__": "__main__", "__file__": str(folder / "main.py")}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(made[0], "main.py", "exec"), scope)  # noqa: S102 - our own programs
    file = folder / ECHO_FILE
    return file.read_text() if file.exists() else None


@pytest.mark.parametrize(
    ("source", "value"),
    [
        pytest.param("1 + 1", "2", id="sum"),
        pytest.param("x = 'é'\nx  # why", "'é'", id="comment-behind-it"),
        pytest.param("x = 5; x * 2;", "10", id="on-a-shared-line"),
        pytest.param("1, 2", "(1, 2)", id="tuple-without-brackets"),
        pytest.param("(1 +\n 2)", "3", id="over-two-lines-in-brackets"),
        pytest.param("(y := 7)", "7", id="walrus"),
        pytest.param("(n for n in ()).__class__.__name__", "'generator'", id="attribute"),
        pytest.param("[\n  1,\n  2,\n]", "[1, 2]", id="list-over-lines"),
        pytest.param("'''a\nb'''", "'a\\nb'", id="text-over-lines"),
        pytest.param("open = repr = 1\nopen", "1", id="our-helpers-names-are-taken"),
        pytest.param("'ü' + 'ö' ; 'ä'", "'ä'", id="columns-count-bytes"),
        pytest.param("def f(): pass\nf()", None, id="none-is-silent"),
        pytest.param("len('\ud83d' if 0 else 'ab')", "2", id="call"),
        pytest.param("x = 3\\\n  + 4; \\\nx", "7", id="continued-line"),
    ],
)
def test_the_last_expression_is_told(source: str, value: str | None, tmp_path: Path) -> None:
    if any("\ud800" <= char <= "\udfff" for char in source):
        source = source.replace("\ud83d", "?")
    assert told(source, tmp_path) == value


def test_the_expressions_own_lines_keep_their_numbers(tmp_path: Path) -> None:
    source = "a = 1\nb = 2; (a +\n  b) / 0"
    made = echo_python(source)
    assert made is not None
    text, lines = made
    with pytest.raises(ZeroDivisionError) as caught:
        exec(compile(text, "main.py", "exec"), {"__file__": str(tmp_path / "x")})  # noqa: S102
    trace = caught.value.__traceback__
    assert trace is not None
    assert trace.tb_next is not None
    line = trace.tb_next.tb_lineno
    assert lines.member_line(line) in {2, 3}
    assert len(lines.lines) >= text.count("\n") + 1


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("await x", id="await"),
        pytest.param("(yield)", id="yield"),
        pytest.param("", id="nothing"),
        pytest.param("x = 1\r\nx", id="other-line-breaks"),
        pytest.param("(" * 5000, id="too-deep"),
        pytest.param("1" + "+1" * 5000, id="too-long-a-sum"),
        pytest.param("exit()", id="exit"),
    ],
)
def test_what_ends_otherwise_is_left_alone(source: str) -> None:
    assert echo_python(source) is None


def test_a_warning_about_the_program_is_not_ours() -> None:
    assert echo_python("'\\d'") is not None


def test_javascript_is_quoted_whole() -> None:
    made = echo_javascript('"a\\n`${x}` {} \u2028"')
    assert made is not None
    assert '"\\"a\\\\n`${x}` {} \\u2028\\""' in made
    assert made.count("\n") == 1
