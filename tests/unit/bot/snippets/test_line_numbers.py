"""What compilers and runtimes say about a snippet, with the member's own line numbers."""

from dataclasses import replace

import pytest

from bot.snippets.lines import LineMap, with_member_lines
from executor import Artifact, Result, Status
from tests.results import result, step
from tests.unit.bot.snippets.test_wrapping import prepared

# As if three lines of ours stood before two of the member's, and one after.
LINES = LineMap((1, 1, 1, 1, 2, 2))


@pytest.mark.parametrize(
    ("name", "said", "shown"),
    [
        pytest.param("main.c", "main.c:5:12: error: x", "main.c:2:12: error: x", id="gcc"),
        pytest.param("main.c", "   5 | int x;\n     | ^", "   2 | int x;\n     | ^", id="gcc-margin"),
        pytest.param("main.c", "./main.c:4:1: note", "./main.c:1:1: note", id="with-its-folder"),
        pytest.param("main.c", "domain.c:5:1", "domain.c:5:1", id="another-file"),
        pytest.param("main.c", "main.c:99: x", "main.c:2: x", id="past-the-end"),
        pytest.param("Main.java", "Main.java:5: error: x", "Main.java:2: error: x", id="javac"),
        pytest.param("Main.java", "\tat Main.main(Main.java:5)", "\tat Main.main(Main.java:2)", id="java"),
        pytest.param("main.py", '  File "/box/main.py", line 5, in f', '  File "/box/main.py", line 2, in f', id="python"),
        pytest.param("Main.cs", "Main.cs(5,3): error CS1", "Main.cs(2,3): error CS1", id="csharp"),
        pytest.param("main.rs", " --> main.rs:5:3\n5 | let", " --> main.rs:2:3\n2 | let", id="rustc"),
        pytest.param("main.c", "In 5 lines: 5", "In 5 lines: 5", id="other-numbers-stay"),
    ],
)  # fmt: skip
def test_messages_name_the_members_lines(name: str, said: str, shown: str) -> None:
    assert with_member_lines(said.encode(), name, LINES, gutter=True).decode() == shown


def shown_after(language: str, source: str, finished: Result) -> Result:
    return prepared(language, source).restore(finished)


def test_only_messages_are_mended_never_what_the_program_prints() -> None:
    source = 'puts("a");\nputs("b");'
    theirs = prepared("c", source).request.files[0].content.decode().split("\n")
    at = theirs.index('puts("b");') + 1
    said = f"main.c:{at}: x\n{at} | y\n".encode()
    compiled = step(said, said, name="compile")
    shown = shown_after("c", source, result(compiled, step(said, said)))
    mended = b"main.c:2: x\n"
    assert shown.steps[0].stdout.startswith(mended)
    assert shown.steps[0].output[0].data.startswith(mended)
    assert shown.steps[1].stdout == said
    assert shown.steps[1].output[0].data == said
    assert shown.steps[1].stderr.startswith(mended)
    assert shown.steps[1].stderr.endswith(b"%d | y\n" % at)  # no margin, but its own number


def test_a_program_that_runs_as_it_is_keeps_every_byte() -> None:
    finished = result(step(b"main.c:9:1", b"main.c:9:1"))
    assert shown_after("c", "int main() {}", finished) == finished


ECHO = Artifact(path=".codecage-echo", content=b"42")


@pytest.mark.parametrize(
    ("finished", "stdout"),
    [
        pytest.param(step(b"", b"a warning"), b"42\n", id="nothing-printed"),
        pytest.param(step(b"hi\n"), b"hi\n", id="something-printed"),
        pytest.param(step(b"", status=Status.RUNTIME_ERROR, exit_code=1), b"", id="it-failed"),
    ],
)
def test_the_last_value_is_shown_only_where_nothing_was_printed(
    finished: object, stdout: bytes
) -> None:
    picture = Artifact(path="a.png", content=b"")
    done = replace(result(finished), artifacts=(ECHO, picture))  # type: ignore[arg-type]
    shown = shown_after("python", "40 + 2", done)
    assert shown.steps[-1].stdout == stdout
    assert shown.artifacts == (picture,)
    assert (stdout == b"42\n") == ("last expression" in str(shown.steps[-1].notes))


def test_a_file_of_that_name_that_a_program_made_itself_is_its_own() -> None:
    done = replace(result(step()), artifacts=(ECHO,))
    assert shown_after("c", "int main() {}", done) == done


def test_a_trace_of_javascript_shows_nothing_of_ours() -> None:
    trace = (
        b"/box/main.js:3\nx.foo()\n\nTypeError: no\n    at /box/main.js:3:3\n"
        b"    at Script.runInThisContext (node:vm:137:12)\n    at /box/main.js:1:311\n"
        b"    at Object.<anonymous> (/box/main.js:1:481)\n    at Module.load (node:internal:1:2)\n"
    )
    shown = shown_after("javascript", "x.foo()", result(step(b"", trace)))
    assert shown.steps[0].stderr == (
        b"/box/main.js:3\nx.foo()\n\nTypeError: no\n    at /box/main.js:3:3\n"
        b"    at Module.load (node:internal:1:2)\n"
    )
