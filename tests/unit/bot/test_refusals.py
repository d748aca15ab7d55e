"""Every refusal of what a member wrote ends in an example, and the example works."""

from dataclasses import replace

import pytest

from bot import labels, texts
from bot.fields import Fields, read_fields
from bot.inputs import Written, read_written
from bot.models import Allowed, Caller, Denied, ParseProblem, Rules, RunRequest
from bot.parsing import parse
from bot.policy import FILES, SOURCE_BYTES, STDIN_BYTES, MemberState, decide
from bot.settings.merge import rules_for
from bot.settings.values import Mode, Selection, ServerSettings
from executor import SourceFile
from tests.runtimes import NAMES

CALLER = Caller(user_id=1, channel_id=2)
HERE = frozenset({CALLER.channel_id})
LARGE = SourceFile(path="main.py", content=b"#" * (SOURCE_BYTES + 1))
SMALL = SourceFile(path="main.py", content=b"1")
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
    ("found", "rules"),
    [
        pytest.param(parse("```py\n1\n```", NAMES), Rules(channels_blocked=HERE), id="channel-off"),
        pytest.param(parse("```py\n1\n```", NAMES), Rules(channels_allowed=frozenset({3})), id="another-channel"),
        pytest.param(RunRequest(language="py", files=(LARGE,)), Rules(), id="program-too-large"),
        pytest.param(RunRequest(language="py", files=(SMALL,), stdin=bytes(STDIN_BYTES + 1)), Rules(), id="input-too-large"),
        pytest.param(RunRequest(language="py", files=(SMALL,) * (FILES + 1)), Rules(), id="too-many-files"),
        pytest.param(read_written(Written(problem="It is gone."), NAMES), Rules(), id="unreadable"),
        pytest.param(read_written(Written(files=(SourceFile(path="a.py", content=b"\0"),)), NAMES), Rules(), id="binary"),
        pytest.param(read_written(Written(files=(SourceFile(path="a.py", content=b"\xff"),)), NAMES), Rules(), id="not-utf-8"),
        pytest.param(read_written(Written(files=(SourceFile(path="a.py", content=b""),)), NAMES), Rules(), id="empty-file"),
        pytest.param(read_fields(Fields(file=SourceFile(path="a.py", content=b"")), NAMES), Rules(), id="empty-file-of-a-command"),
    ],
)  # fmt: skip
def test_the_block_of_a_refusal_runs_where_programs_run(
    found: RunRequest | ParseProblem, rules: Rules
) -> None:
    assert runs(parse(shown_block(refusal(found, rules)), NAMES), Rules())


def test_a_channel_refusal_names_where_programs_run_and_pings_nobody() -> None:
    allowed = Rules(channels_allowed=frozenset({7, 5, 6, 8}))
    words = refusal(parse("```py\n1\n```", NAMES), allowed)
    assert "<#5>, <#6> or <#7>" in words
    assert "<#8>" not in words
    assert "<@" not in words


@pytest.mark.parametrize(
    ("server", "operator", "helper"),
    [
        pytest.param(frozenset(), None, "ask a moderator", id="the-server"),
        pytest.param(frozenset({7}), frozenset({8}), "ask a moderator", id="the-server-beside-it"),
        pytest.param(None, frozenset(), "ask the operator", id="the-operator"),
    ],
)
def test_where_no_channel_is_left_a_member_learns_who_can_help(
    server: frozenset[int] | None, operator: frozenset[int] | None, helper: str
) -> None:
    chosen = Selection[int]() if server is None else Selection(mode=Mode.ONLY, items=server)
    caller = replace(CALLER, guild_id=1)
    settings = ServerSettings(channels=chosen)
    rules = rules_for(caller, settings, Rules(channels_allowed=operator), NAMES)
    decision = decide(
        RunRequest(language="py", files=(SMALL,)),
        caller, names=NAMES, rules=rules, state=MemberState(), job_id="job-1",
    )  # fmt: skip
    assert isinstance(decision, Denied)
    assert helper in decision.reason
    assert "`/settings`" in decision.reason or server is None


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(texts.cooling_down(3), id="cooldown"),
        pytest.param(texts.queue_full(3), id="queue"),
        pytest.param(texts.too_many_runs(4), id="too-many-runs"),
        pytest.param(texts.NO_SANDBOX, id="no-sandbox"),
        pytest.param(texts.STOPPING, id="stopping"),
        pytest.param(labels.NO_OUTPUT_KEPT, id="output-expired"),
        pytest.param(labels.WAS_RESTARTED, id="restarted"),
    ],
)
def test_what_only_has_to_be_tried_again_names_the_button(words: str) -> None:
    assert f"**{labels.AGAIN}**" in words


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
