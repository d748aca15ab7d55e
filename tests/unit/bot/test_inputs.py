import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.inputs import Quoted, Written, as_language, as_utf8, read_written, source_problem
from bot.models import ParseProblem, RunRequest
from executor import SourceFile
from tests.runtimes import NAMES

CODE = b'print("hi")'
BLOCK = '```py\nprint("hi")\n```'


def file(path: str, content: bytes = CODE) -> SourceFile:
    return SourceFile(path=path, content=content)


def read(text: str = "", *files: SourceFile, quoted: Quoted | None = None) -> RunRequest:
    request = read_written(Written(text=text, files=files, quoted=quoted), NAMES)
    assert isinstance(request, RunRequest)
    return request


def problem(text: str = "", *files: SourceFile, quoted: Quoted | None = None) -> ParseProblem:
    found = read_written(Written(text=text, files=files, quoted=quoted), NAMES)
    assert isinstance(found, ParseProblem)
    return found


@pytest.mark.parametrize(
    ("text", "files", "language", "paths"),
    [
        pytest.param("", [file("a.py")], "python", ["a.py"], id="extension"),
        pytest.param("py", [file("a.py")], "py", ["a.py"], id="tag-and-extension"),
        pytest.param("py", [file("a.txt")], "py", ["main.py"], id="tag-alone"),
        pytest.param("bash", [file("a.py")], "bash", ["main.sh"], id="tag-beats-extension"),
        pytest.param("", [file("a.txt")], "python", ["main.py"], id="guess"),
        pytest.param("", [file("d.csv"), file("a.py")], "python", ["a.py", "d.csv"], id="later"),
        pytest.param(
            "bash", [file("a.py"), file("b.sh")], "bash", ["b.sh", "a.py"], id="the-language-s-own"
        ),
        pytest.param(
            "py", [file("x.bin", b"\0"), file("y.txt")], "py", ["main.py", "x.bin"], id="first-text"
        ),
        pytest.param("", [file("a.py"), file("a.py")], "python", ["a.py", "a-2.py"], id="same"),
    ],
)
def test_attached_files_are_a_program(
    text: str, files: list[SourceFile], language: str, paths: list[str]
) -> None:
    request = read(text, *files)
    assert request.language == language
    assert [one.path for one in request.files] == paths


def test_lines_beside_a_file_are_arguments_and_a_version() -> None:
    request = read("py 3.9\none\ntwo three", file("message.txt"))
    assert (request.version, request.args) == ("3.9", ("one", "two three"))


def test_a_file_called_stdin_is_standard_input() -> None:
    assert read(BLOCK, file("stdin.txt", b"5")).stdin == b"5"
    assert read("", file("a.py"), file("STDIN", b"6")).stdin == b"6"


def test_a_long_paste_with_a_block_is_read_as_the_message_it_was() -> None:
    pasted = file("message.txt", f"look\n{BLOCK}\n7".encode())
    request = read("", pasted)
    assert (request.language, request.stdin) == ("py", b"7\n")
    assert [one.path for one in request.files] == ["main.py"]


def test_a_quoted_message_gives_its_blocks_and_files_but_not_its_prose() -> None:
    quoted = Quoted(text=f"hey\n{BLOCK}\nwhy?", files=(file("d.csv", b"1"),))
    request = read("py 3.9\na", quoted=quoted)
    assert (request.language, request.version) == ("py", "3.9")
    assert (request.args, request.stdin) == (("a",), b"")
    assert [one.path for one in request.files] == ["main.py", "d.csv"]


def test_one_s_own_block_or_file_wins_over_a_quoted_one() -> None:
    quoted = Quoted(text="```js\n1\n```")
    assert read(BLOCK, quoted=quoted).language == "py"
    assert read("", file("a.py"), quoted=quoted).language == "python"


def test_a_quoted_message_without_code_is_told() -> None:
    assert "no code block" in problem(quoted=Quoted(text="hello")).message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b" \n\t", "is empty", id="blank"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0", "is not text", id="binary"),
        pytest.param("ü".encode("latin-1"), "not encoded in UTF-8", id="latin-1"),
        pytest.param("ü".encode("utf-16-le"), "is not text", id="utf-16-without-a-mark"),
        pytest.param(b"\xff\xfe\x00", "is not text", id="half-utf-16"),
    ],
)
def test_what_can_be_no_program_is_named(content: bytes, words: str) -> None:
    assert words in problem("", file("a.py", content)).message
    assert "`a.py`" in problem("", file("a.py", content)).message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_say_what_they_are_are_read(encoding: str) -> None:
    content = "print('ü')".encode(encoding)
    assert source_problem(file("a.py", content)) is None
    assert as_utf8(content) == "print('ü')".encode()


def test_a_file_in_no_language_waits_for_one() -> None:
    found = problem("one", file("a.xyz", b"1 2"))
    assert found.request is not None
    assert (found.request.language, found.request.args) == ("", ("one",))
    assert "which language" in found.message


def test_what_could_not_be_read_is_said() -> None:
    found = read_written(Written(problem="Too large."), NAMES)
    assert isinstance(found, ParseProblem)
    assert found.message.startswith("Too large. ")


@pytest.mark.parametrize(
    ("path", "renamed"),
    [("main.py", "main.js"), ("program.txt", "program.txt"), ("util.py", "util.py")],
)
def test_another_language_renames_what_we_named(path: str, renamed: str) -> None:
    request = RunRequest(language="py", version="3.9", files=(file(path),), guessed=True)
    changed = as_language(request, "javascript", None, NAMES)
    assert (changed.language, changed.version, changed.guessed) == ("javascript", None, False)
    assert changed.files[0].path == renamed


@given(
    text=st.text(max_size=50),
    contents=st.lists(st.binary(max_size=50), max_size=3),
    names=st.lists(st.sampled_from(["a.py", "message.txt", "stdin", "b.sh", "x"]), max_size=3),
    quoted=st.none() | st.text(max_size=50).map(lambda text: Quoted(text=text)),
)
def test_nothing_breaks_it(
    text: str, contents: list[bytes], names: list[str], quoted: Quoted | None
) -> None:
    files = tuple(file(n, c) for n, c in zip(names, contents, strict=False))
    found = read_written(Written(text=text, files=files, quoted=quoted), NAMES)
    if isinstance(found, RunRequest):
        assert found.language
        assert len({one.path for one in found.files}) == len(found.files)
    else:
        assert found.message
