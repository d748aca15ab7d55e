"""Every refusal of what a member wrote ends in an example, and the example works."""

import pytest

from bot.fields import Fields, read_fields
from bot.models import Allowed, Caller, Denied, ParseProblem, Rules, RunRequest
from bot.parsing import parse
from bot.policy import MemberState, decide
from tests.runtimes import NAMES

CALLER = Caller(user_id=1, channel_id=2)
NO_PYTHON = Rules(languages_blocked=frozenset({"python"}))


def refusal(found: RunRequest | ParseProblem, rules: Rules) -> str:
    if isinstance(found, ParseProblem):
        return found.message
    decision = decide(found, CALLER, names=NAMES, rules=rules, state=MemberState(), job_id="job-1")
    assert isinstance(decision, Denied)
    return decision.reason


def shown_block(words: str) -> str:
    """Return the code block that a sentence shows, as somebody would copy it."""
    shown = words.replace("\\`", "`")
    return shown[shown.index("```") :]


def runs(found: RunRequest | ParseProblem, rules: Rules) -> bool:
    if isinstance(found, ParseProblem):
        return False
    state = MemberState()
    return isinstance(
        decide(found, CALLER, names=NAMES, rules=rules, state=state, job_id="job-1"), Allowed
    )


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(parse("print(1)", NAMES), id="no-block"),
        pytest.param(parse("```py\n```", NAMES), id="empty-block"),
        pytest.param(parse("```stdin\n1\n```", NAMES), id="only-input"),
        pytest.param(parse("```\n1 2\n```", NAMES), id="no-language"),
        pytest.param(parse("```pyhton\n1\n```", NAMES), id="a-typo"),
        pytest.param(parse("```klingon\n1\n```", NAMES), id="unknown-language"),
        pytest.param(read_fields(Fields(), NAMES), id="empty-editor"),
        pytest.param(read_fields(Fields(language="klingon", code="1"), NAMES), id="unknown-in-the-editor"),
    ],
)  # fmt: skip
def test_the_block_that_a_refusal_shows_runs(found: RunRequest | ParseProblem) -> None:
    block = shown_block(refusal(found, Rules()))
    assert runs(parse(block, NAMES), Rules())


def test_the_version_that_a_refusal_names_is_there() -> None:
    words = refusal(parse("```py 2.7\n1\n```", NAMES), Rules())
    named = words.split("`")[1]
    assert runs(parse(f"{named}\n```\n1\n```", NAMES), Rules())


def test_the_language_that_a_refusal_names_may_run() -> None:
    words = refusal(parse("```py\n1\n```", NAMES), NO_PYTHON)
    tag = shown_block(words).removeprefix("```").partition(",")[0]
    assert runs(parse(f"```{tag}\n1\n```", NAMES), NO_PYTHON)


def test_the_language_that_an_editor_asks_for_is_one() -> None:
    found = read_fields(Fields(code="1 2"), NAMES)
    assert isinstance(found, ParseProblem)
    example = found.message.split("`")[3]
    assert runs(read_fields(Fields(code="1 2", language=example), NAMES), Rules())
