import pytest

from bot.guide import help_reply, languages_reply, welcome_reply
from bot.languages import LanguageNames, Named
from bot.models import ParseProblem, RunRequest, Tone
from bot.parsing import parse, strip_mention
from executor import Runtime
from tests.runtimes import NAMES


def test_help_holds_a_message_that_works() -> None:
    reply = help_reply(NAMES, mention="<@7>", prefixes=["./run"])
    assert "`./run`" in reply.description
    example = next(part for part in reply.description.split("\n\n") if "\\`" in part)
    text = strip_mention(example.replace("\\`", "`"), 7)
    assert text is not None
    assert not isinstance(parse(text, NAMES), ParseProblem)


def test_help_without_a_prefix_names_none() -> None:
    assert "begin" not in help_reply(NAMES, mention="<@7>", prefixes=[]).description


def test_languages_are_listed_with_versions_and_other_names() -> None:
    reply = languages_reply(NAMES.allowing(["python", "c"]))
    assert reply.description.split("\n") == [
        "**python** 3.13.5, 3.9.2 (also `py`, `py3`, `python3`)",
        "**c** 12.2.0 (also `gcc`)",
    ]


MANY = LanguageNames(
    [
        Runtime(
            name=f"language{n:03}", version="1.0", aliases=(f"l{n:03}",), extensions=(f".l{n}",)
        )
        for n in range(157)
    ]
)


def test_a_long_list_has_pages_that_hold_every_language_once() -> None:
    seen: list[str] = []
    for page in range(1, 9):
        description = languages_reply(MANY, page=page).description
        *lines, where = description.split("\n")
        assert where.startswith(f"-# Page {page} of 8: `/languages page:{page % 8 + 1}`")
        seen += [line.split("**")[1] for line in lines]
    assert seen == list(MANY.names)


@pytest.mark.parametrize("page", [0, -5, 99])
def test_a_page_that_is_not_there_is_the_nearest_one(page: int) -> None:
    shown = languages_reply(MANY, page=page).description
    assert f"Page {1 if page < 1 else 8} of 8" in shown


def test_a_search_for_one_language_tells_everything_about_it() -> None:
    shown = languages_reply(NAMES, search="PY").description
    assert shown.split("\n") == [
        "**python** 3.13.5, 3.9.2",
        "Other names: `py`, `py3`, `python3`",
        "Files: `.py`",
        "Begin a code block with \\`\\`\\`py, or with \\`\\`\\`py 3.13.5.",
    ]


def test_what_a_search_tells_to_write_works() -> None:
    for name in NAMES.names:
        shown = languages_reply(NAMES, search=name).description
        told = shown.rpartition("or with ")[2].removesuffix(".").replace("\\`", "`")
        request = parse(f"{told}\ncode\n```", NAMES)
        assert isinstance(request, RunRequest)
        assert NAMES.find(request.language) == Named(name)
        assert request.version == NAMES.runtimes(name)[0].version


def test_a_search_lists_what_fits_and_may_run() -> None:
    shown = languages_reply(NAMES.allowing(["javascript", "bash", "c++"]), search="s").description
    listed = [line.split("**")[1] for line in shown.split("\n")]
    assert set(listed) == {"javascript", "bash"}


def test_a_search_that_finds_nothing_says_what_is_near() -> None:
    reply = languages_reply(NAMES, search="pyhton")
    assert reply.tone is Tone.REFUSED
    assert "Did you mean `python`?" in reply.description
    assert "print" in reply.description
    hostile = languages_reply(NAMES, search="`@everyone`").description
    assert "@everyone" not in hostile


def test_without_languages_the_operator_is_named() -> None:
    assert "codecage doctor" in languages_reply(LanguageNames(())).description
    assert "codecage doctor" in welcome_reply(LanguageNames(()), mention="<@7>").description


def test_a_greeting_holds_a_message_that_works_and_what_can_run() -> None:
    reply = welcome_reply(NAMES, mention="<@7>")
    assert "python, javascript, c++, c, bash, csharp" in reply.description
    text = strip_mention(reply.description.split("\n\n")[1].replace("\\`", "`"), 7)
    assert text is not None
    assert isinstance(parse(text, NAMES), RunRequest)


def test_a_greeting_counts_languages_that_are_many() -> None:
    reply = welcome_reply(MANY, mention="<@7>")
    assert "157 languages, among them language000" in reply.description
    assert len(reply.description) < 1000
