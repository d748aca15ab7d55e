import pytest

from bot.languages import LanguageNames, Named, example
from executor import Runtime
from tests.runtimes import BASH, JAVASCRIPT, NAMES


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        pytest.param("python", Named("python"), id="name"),
        pytest.param("PY3", Named("python"), id="alias-in-capitals"),
        pytest.param("C++", Named("c++"), id="signs"),
        pytest.param("cs", Named("csharp"), id="another-alias"),
        pytest.param("hpp", Named("c++"), id="extension"),
        pytest.param("python3.12", Named("python", "3.12"), id="version-at-once"),
        pytest.param("python-3.12", Named("python", "3.12"), id="version-after-a-dash"),
        pytest.param("python@3", Named("python", "3"), id="version-after-an-at"),
        pytest.param("js22", Named("javascript", "22"), id="alias-with-a-version"),
        pytest.param("pyth", None, id="half-a-name"),
        pytest.param("3.12", None, id="version-alone"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_language_is_found_by_any_name(typed: str, found: Named | None) -> None:
    assert NAMES.find(typed) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param("python", Named("python"), id="name"),
        pytest.param("  Py3 \t v3.13 ", Named("python", "3.13"), id="version-and-margins"),
        pytest.param("python three", None, id="a-word-after-it"),
        pytest.param("python 3.13 now", None, id="more-words"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_line_is_a_language_only_as_a_whole(line: str, found: Named | None) -> None:
    assert NAMES.find_line(line) == found


def test_a_name_of_its_own_beats_an_alias_of_another() -> None:
    names = LanguageNames(
        [Runtime(name="a", version="1", aliases=("b",)), Runtime(name="b", version="1")]
    )
    assert names.find("b") == Named("b")


def test_what_is_typed_is_completed_best_first() -> None:
    assert NAMES.complete("py")[0] == "python"
    assert NAMES.complete("script") == ("javascript",)
    assert NAMES.complete("c")[:2] == ("c", "csharp")
    assert set(NAMES.complete("")) == set(NAMES.names)


def test_the_nearest_names_are_offered_once() -> None:
    assert NAMES.nearest("pythn") == ("python",)
    assert NAMES.nearest("zzzzzz") == ()


@pytest.mark.parametrize(
    ("file_name", "language"),
    [
        pytest.param("a.PY", "python", id="capitals"),
        pytest.param("x/y.hpp", "c++", id="folder"),
        pytest.param("a.txt", None, id="unknown"),
        pytest.param("py", None, id="no-extension"),
    ],
)
def test_a_file_name_says_its_language(file_name: str, language: str | None) -> None:
    assert NAMES.by_file_name(file_name) == language


def test_a_single_file_has_the_name_its_language_wants() -> None:
    assert NAMES.entry("c#") == "Main.cs"
    assert NAMES.entry("nonsense") == "program.txt"
    bare = LanguageNames([Runtime(name="tcl", version="8", extensions=(".tcl",))])
    assert bare.entry("tcl") == "main.tcl"


def test_a_tag_is_short_but_no_riddle() -> None:
    assert NAMES.tag("python") == "py"
    assert NAMES.tag("c") == "gcc"
    assert NAMES.tag("nonsense") == "nonsense"


@pytest.mark.parametrize(
    ("names", "code"),
    [
        pytest.param(NAMES, 'print("hi")', id="python-first"),
        pytest.param(LanguageNames([BASH, JAVASCRIPT]), 'console.log("hi")', id="then-javascript"),
        pytest.param(LanguageNames([BASH]), "echo hi", id="then-bash"),
    ],
)
def test_the_example_is_one_that_runs_here(names: LanguageNames, code: str) -> None:
    assert code in example(names)


@pytest.mark.parametrize(
    ("allowed", "tag"),
    [
        pytest.param(NAMES.names, "py", id="everything"),
        pytest.param(("bash", "c"), "bash", id="a-few"),
        pytest.param(("csharp",), "cs", id="one"),
        pytest.param((), "py", id="nothing"),
    ],
)
def test_an_example_is_in_a_language_that_one_may_use(allowed: tuple[str, ...], tag: str) -> None:
    narrowed = NAMES.allowing(allowed)
    assert example(narrowed).startswith(f"\\`\\`\\`{tag}\n")
    assert narrowed.names == NAMES.names
    assert NAMES.allowed == NAMES.names
