from bot.guide import help_reply, languages_reply
from bot.languages import LanguageNames
from bot.models import ParseProblem
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
    reply = languages_reply(NAMES, ["python", "c"])
    assert reply.description.split("\n") == [
        "**python** 3.13.5, 3.9.2 (also `py`, `py3`, `python3`)",
        "**c** 12.2.0 (also `gcc`)",
    ]


def test_a_very_long_list_is_cut_at_a_line() -> None:
    many = LanguageNames([Runtime(name=f"language{n:03}", version="1.0") for n in range(400)])
    reply = languages_reply(many, many.names)
    assert len(reply.description) <= 4096
    assert reply.description.endswith(" 1.0\n…")


def test_without_languages_the_operator_is_named() -> None:
    assert "codecage doctor" in languages_reply(LanguageNames(()), []).description
