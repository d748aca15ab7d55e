import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.models import ParseProblem, RunRequest
from bot.parsing import parse, strip_mention, strip_prefix
from bot.snippets import prepare
from tests.fuzz.messages import check_text
from tests.runtimes import NAMES

WITHOUT_A_FENCE = st.text(min_size=1).filter(lambda text: "```" not in text)
HOSTILE = st.text(
    alphabet=st.one_of(st.sampled_from("`~\n\r\t <@!>:.py3#c+\u200b\u202e\0"), st.characters())
)


def request(text: str) -> RunRequest:
    parsed = parse(text, NAMES)
    assert isinstance(parsed, RunRequest), parsed
    return parsed


def problem(text: str) -> str:
    parsed = parse(text, NAMES)
    assert isinstance(parsed, ParseProblem), parsed
    return parsed.message


def code(text: str) -> str:
    return request(text).files[0].content.decode()


def canonical(text: str) -> str:
    named = NAMES.find(request(text).language)
    assert named is not None
    return named.name


@given(HOSTILE)
@example("``````")
@example("```stdin\n```")
@example("````py\n```\n````")
@example("\ud800```py\n\ud800```")
def test_any_text_is_read_in_one_way_and_answered_harmlessly(text: str) -> None:
    assert isinstance(parse(text, NAMES), RunRequest | ParseProblem)
    check_text(text)


@given(WITHOUT_A_FENCE, st.sampled_from(["py", "C++", "c#", "JS", "python3.13", "nolang"]))
@example("\r", "py")
@example("\n\n", "py")
@example(" \t", "py")
@example("`", "py")
@example("\u200b\ufeff\0", "py")
@example("py\nprint(1)", "py")
def test_a_fenced_program_comes_back_byte_for_byte(program: str, tag: str) -> None:
    assert request(f"```{tag}\n{program}\n```").files[0].content == program.encode()


@given(WITHOUT_A_FENCE, st.sampled_from(["py", "C++", "c", "c#", "JS"]))
def test_what_stands_between_the_fences_is_exactly_what_runs_raw(program: str, tag: str) -> None:
    read = request(f"```{tag} raw\n{program}\n```")
    assert prepare(read, NAMES).request.files[0].content == program.encode()


@given(WITHOUT_A_FENCE)
def test_arguments_and_input_around_a_program_leave_it_alone(program: str) -> None:
    parsed = request(f"py\none arg\n```\n{program}\n```\nread me")
    assert parsed.files[0].content == program.encode()
    assert (parsed.args, parsed.stdin) == (("one arg",), b"read me\n")


@pytest.mark.parametrize(
    ("text", "language", "program"),
    [
        pytest.param("```py\nprint(1)\n```", "python", "print(1)", id="plain-block"),
        pytest.param("```PY3\nprint(1)```", "python", "print(1)", id="tag-in-capitals"),
        pytest.param("```C++\nint x;\n```", "c++", "int x;", id="tag-with-signs"),
        pytest.param("```c#\nclass A {}\n```", "csharp", "class A {}", id="tag-with-hash"),
        pytest.param("```py print(1)```", "python", "print(1)", id="no-newline-after-the-tag"),
        pytest.param("```py print(1)\nprint(2)\n```", "python", "print(1)\nprint(2)", id="tag-shares-its-line"),
        pytest.param("```py\tprint(1)```", "python", "print(1)", id="tab-after-the-tag"),
        pytest.param("```py  \nprint(1)\n```", "python", "print(1)", id="spaces-after-the-tag"),
        pytest.param("```\u200bpy\nprint(1)\n```", "python", "print(1)", id="zero-width-before-the-tag"),
        pytest.param("```py\r\na = 1\r\nb\r\n```", "python", "a = 1\nb", id="sent-with-crlf"),
        pytest.param("```py\nprint(1)", "python", "print(1)", id="never-closed"),
        pytest.param("````py\ns = '```'\n````", "python", "s = '```'", id="longer-fence"),
        pytest.param("~~~py\nprint(1)\n~~~", "python", "print(1)", id="tilde-fence"),
        pytest.param("py `print(1)`", "python", "print(1)", id="inline-code-after-a-language"),
        pytest.param("`py print(1)`", "python", "print(1)", id="inline-code-with-a-tag"),
        pytest.param("``py print('`')``", "python", "print('`')", id="inline-code-in-two-backticks"),
        pytest.param("python\n```\nx\n```", "python", "x", id="language-in-the-text"),
        pytest.param("Python 3.13\n```\nx\n```", "python", "x", id="language-and-version-in-the-text"),
        pytest.param("bash```py\nx\n```", "python", "x", id="tag-beats-text"),
        pytest.param("python\n```text\nx\n```", "python", "x", id="text-beats-a-tag-that-is-no-language"),
        pytest.param("```main.py\nx\n```", "python", "x", id="file-name-as-tag"),
        pytest.param("```\nx\n```\n```py\ny\n```", "python", "y", id="only-the-second-is-tagged"),
    ],
)  # fmt: skip
def test_blocks_are_read_tolerantly(text: str, language: str, program: str) -> None:
    assert canonical(text) == language
    assert code(text) == program
    assert not request(text).guessed


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("c = 5\nprint(c)", id="assignment-to-a-name-that-is-a-language"),
        pytest.param("c += 5; print(c)", id="augmented-assignment"),
        pytest.param("py", id="language-without-code"),
        pytest.param("print(1)", id="no-language-at-all"),
    ],
)
def test_a_first_word_that_cannot_be_a_tag_is_code(program: str) -> None:
    assert code(f"python\n```{program}```") == program


@pytest.mark.parametrize(
    ("text", "version"),
    [
        pytest.param("python 3.13\n```\nx\n```", "3.13", id="in-the-text"),
        pytest.param("```python 3.13\nx\n```", "3.13", id="in-the-fence"),
        pytest.param("```python3.13\nx\n```", "3.13", id="in-the-tag"),
        pytest.param("python 3.13\n```py\nx\n```", "3.13", id="text-adds-it-to-the-same-tag"),
        pytest.param("bash 5\n```py\nx\n```", None, id="not-that-of-another-language"),
        pytest.param("```py\nx\n```", None, id="none"),
    ],
)
def test_a_version_is_found(text: str, version: str | None) -> None:
    assert request(text).version == version


@pytest.mark.parametrize(
    ("before", "args"),
    [
        pytest.param("", (), id="nothing"),
        pytest.param("python", (), id="language-alone"),
        pytest.param("python\n--flag\ntwo words", ("--flag", "two words"), id="language-then-arguments"),
        pytest.param("python please\nx", ("python please", "x"), id="not-a-language-line"),
        pytest.param(" a \n\n b \n", ("a", "b"), id="blank-lines-and-margins"),
        pytest.param("a\npython", ("a", "python"), id="language-only-on-the-first-line"),
    ],
)  # fmt: skip
def test_lines_before_the_block_are_arguments(before: str, args: tuple[str, ...]) -> None:
    assert request(f"{before}\n```py\nx\n```").args == args


@pytest.mark.parametrize(
    ("after", "stdin"),
    [
        pytest.param("", b"", id="nothing"),
        pytest.param("\n  \n", b"", id="blank"),
        pytest.param(" 42", b"42\n", id="on-the-fence's-line"),
        pytest.param("\n1\n  2\n\n3", b"1\n  2\n\n3\n", id="lines-as-they-are"),
        pytest.param("\ninput:\n```stdin\n5\n6\n```", b"5\n6\n", id="stdin-block-instead-of-text"),
        pytest.param("\n```STDIN\n5\n```\n", b"5\n", id="stdin-tag-in-capitals"),
        pytest.param("```stdin 5```", b"5\n", id="stdin-block-on-one-line"),
        pytest.param("\na\n```js\ny\n```\nb", b"a\nb\n", id="around-a-block-that-is-not-run"),
    ],
)
def test_text_after_the_block_is_standard_input(after: str, stdin: bytes) -> None:
    assert request(f"```py\nx\n```{after}").stdin == stdin


def test_a_stdin_block_may_come_first() -> None:
    parsed = request("```stdin\n5\n```\n```py\nx\n```")
    assert (parsed.stdin, parsed.files[0].content) == (b"5\n", b"x")


def test_blocks_with_file_names_are_further_files() -> None:
    parsed = request("```py\nimport util\n```\n```util.py\nx = 1\n```\n```py lib/b.py\ny\n```")
    assert [(f.path, f.content) for f in parsed.files] == [
        ("main.py", b"import util"),
        ("util.py", b"x = 1"),
        ("lib/b.py", b"y"),
    ]
    assert parsed.notes == ()


def test_blocks_that_nobody_would_write_are_not_read() -> None:
    (note,) = request("```py\nx\n```\n" * 1000).notes
    assert "1 of 100" in note


def test_a_block_that_is_not_run_is_mentioned() -> None:
    (note,) = request("```py\nx\n```\nor\n```py\ny\n```").notes
    assert "1 of 2" in note


@pytest.mark.parametrize(
    ("program", "language"),
    [
        pytest.param("#!/usr/bin/env python3\nx", "python", id="shebang-by-env"),
        pytest.param("#!/usr/bin/env -S FOO=1 node\nx", "javascript", id="shebang-with-options"),
        pytest.param("#!/bin/sh\nx", "bash", id="shebang-by-path"),
        pytest.param("#include <iostream>\nint x;", "c++", id="only-c++-has-iostream"),
        pytest.param("def f(x):\n  pass", "python", id="only-python-has-def-with-a-colon"),
    ],
)
def test_a_language_is_guessed_and_the_guess_is_said(program: str, language: str) -> None:
    parsed = request(f"```\n{program}\n```")
    assert (parsed.language, parsed.guessed) == (language, True)


def test_code_that_fits_two_languages_is_not_guessed() -> None:
    assert "which language" in problem("```\nprint(1)\nconsole.log(1)\n```")


def test_a_misspelt_language_is_kept_for_a_suggestion() -> None:
    assert request("pyhton\n```\nx y\n```").language == "pyhton"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        pytest.param("", "no code block", id="nothing"),
        pytest.param("print(1)", "no code block", id="code-without-a-fence"),
        pytest.param("'''py\nprint(1)\n'''", "no code block", id="wrong-quotes"),
        pytest.param("```py\n```", "empty", id="empty-block"),
        pytest.param("``````", "empty", id="six-backticks"),
        pytest.param("```stdin\n5\n```", "no program", id="only-standard-input"),
        pytest.param("```\n1 2 3\n```", "which language", id="no-language-to-be-found"),
    ],
)
def test_a_problem_is_one_sentence_with_an_example_that_works(text: str, word: str) -> None:
    sentence, _, example_message = problem(text).partition("\n\n")
    assert word in sentence
    copied = example_message.replace("\\`", "`")
    assert code(copied) == 'print("hi")'


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        pytest.param("<@7> hi", " hi", id="first"),
        pytest.param("<@!7> hi", " hi", id="with-the-old-exclamation-mark"),
        pytest.param("hey <@7>!\n```x```", "!\n```x```", id="after-small-talk"),
        pytest.param("```x```\n<@7>", "```x```\n", id="after-the-block"),
        pytest.param("```<@7>``` <@7>", "```<@7>``` ", id="inside-a-block-and-after-it"),
        pytest.param(
            "```<@7>``` ```<@7>``` <@7>!", "```<@7>``` ```<@7>``` !", id="after-two-blocks"
        ),
        pytest.param("`x` <@7>", "`x` ", id="after-inline-code"),
        pytest.param("```<@7>```", None, id="only-inside-a-block"),
        pytest.param("<@77> hi", None, id="somebody-else"),
        pytest.param("hi", None, id="nobody"),
    ],
)
def test_a_mention_is_taken_out(text: str, rest: str | None) -> None:
    assert strip_mention(text, 7) == rest


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        pytest.param("./run py", " py", id="a-space"),
        pytest.param("./run```x```", "```x```", id="a-fence-at-once"),
        pytest.param("  ./RUN\nx", "\nx", id="capitals-and-margin"),
        pytest.param("./run", "", id="alone"),
        pytest.param("./running", None, id="a-longer-word"),
        pytest.param("go ./run", None, id="not-first"),
        pytest.param("!r x", " x", id="another-prefix"),
    ],
)
def test_a_prefix_is_taken_off(text: str, rest: str | None) -> None:
    assert strip_prefix(text, ("./run", "!r")) == rest


@pytest.mark.parametrize(
    ("text", "language", "args"),
    [
        pytest.param("```py raw\n1\n```", "py", (), id="after-the-tag"),
        pytest.param("```py RAW\n1\n```", "py", (), id="in-capitals"),
        pytest.param("python raw\n```\n1\n```", "python", (), id="on-the-language-line"),
        pytest.param("python 3.13 raw\na\n```\n1\n```", "python", ("a",), id="after-a-version"),
        pytest.param("raw\n```py\n1\n```", "py", (), id="alone-before-a-tag"),
        pytest.param("```raw\nprint(1)\n```", "python", (), id="instead-of-a-tag"),
        pytest.param("```main.py raw\n1\n```", "python", (), id="after-a-file-name"),
    ],
)
def test_the_word_raw_runs_a_program_as_it_is(
    text: str, language: str, args: tuple[str, ...]
) -> None:
    request = parse(text, NAMES)
    assert isinstance(request, RunRequest)
    assert (request.is_raw, request.language, request.args) == (True, language, args)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("```py\nraw\n```", id="as-the-program"),
        pytest.param("python\nraw\n```\n1\n```", id="as-an-argument"),
        pytest.param("```\nx raw\n```\npython", id="in-the-code"),
        pytest.param("eat it raw\n```py\n1\n```", id="in-a-sentence"),
    ],
)
def test_raw_elsewhere_is_only_a_word(text: str) -> None:
    request = parse(text, NAMES)
    found = request if isinstance(request, RunRequest) else request.request
    assert found is not None
    assert not found.is_raw
