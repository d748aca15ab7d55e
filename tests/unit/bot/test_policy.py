from dataclasses import replace

import pytest

from bot.languages import LanguageNames
from bot.models import Allowed, Caller, Decision, Denied, Rules, RunRequest
from bot.policy import PATIENCE_SECONDS, MemberState, allowed_languages, decide
from executor import Job, SourceFile
from tests.runtimes import NAMES

CALLER = Caller(user_id=7, channel_id=10, guild_id=1)
IN_THREAD = Caller(user_id=7, channel_id=11, parent_channel_id=10, guild_id=1)
PROGRAM = SourceFile(path="main.py", content=b"x")


def ask(language: str = "py", version: str | None = None, **more: object) -> RunRequest:
    return RunRequest(language=language, version=version, **{"files": (PROGRAM,), **more})  # type: ignore[arg-type]


def decided(
    request: RunRequest,
    rules: Rules | None = None,
    *,
    caller: Caller = CALLER,
    state: MemberState | None = None,
    names: LanguageNames = NAMES,
) -> Decision:
    return decide(
        request,
        caller,
        names=names,
        rules=rules or Rules(),
        state=state or MemberState(),
        job_id="job-1",
    )


def reason(decision: Decision) -> str:
    assert isinstance(decision, Denied)
    return decision.reason


def test_a_request_becomes_a_job_with_nothing_lost() -> None:
    request = ask("C++", stdin=b"5", args=("a",))
    assert decided(request) == Allowed(
        Job(
            id="job-1",
            language="c++",
            files=(PROGRAM,),
            stdin=b"5",
            args=("a",),
            owner="discord:7",
        )
    )


def test_a_job_that_one_types_to_gets_the_time_for_that() -> None:
    decision = decided(ask(interactive=True))
    assert isinstance(decision, Allowed)
    assert decision.job.interactive
    assert decision.job.patience_seconds == PATIENCE_SECONDS


@pytest.mark.parametrize(
    ("language", "version", "full"),
    [
        pytest.param("py", None, None, id="any"),
        pytest.param("py", "3.13", "3.13.5", id="beginning"),
        pytest.param("python3.9", None, "3.9.2", id="in-the-name"),
        pytest.param("py", "3.9.2", "3.9.2", id="whole"),
        pytest.param("py", "3", "3.13.5", id="first-that-fits"),
    ],
)
def test_a_version_is_completed(language: str, version: str | None, full: str | None) -> None:
    decision = decided(ask(language, version))
    assert isinstance(decision, Allowed)
    assert (decision.job.language, decision.job.version) == ("python", full)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        pytest.param(ask("pyhton"), "Did you mean `python`?", id="misspelt"),
        pytest.param(ask("qqq"), "I do not know the language `qqq`. `/lang", id="unknown"),
        pytest.param(ask("@everyone"), "@\u200beveryone", id="hostile-name"),
        pytest.param(ask("py", "3.1"), "no python 3.1 here, only 3.13.5, 3.9.2", id="version"),
        pytest.param(
            ask(files=(SourceFile(path="a", content=b"x" * (1024 * 1024 + 1)),)),
            "1 MiB at most",
            id="source-too-large",
        ),
        pytest.param(
            ask(files=(PROGRAM,) * 33),
            "33 files are more than I take (32 at most)",
            id="too-many-files",
        ),
        pytest.param(
            ask(files=(PROGRAM, PROGRAM)), "Two files are called `main.py`", id="one-name-twice"
        ),
        pytest.param(ask(stdin=b"x" * (16 * 1024 * 1024 + 1)), "16 MiB at most", id="stdin"),
    ],
)
def test_what_cannot_run_is_refused_with_a_way_out(request_: RunRequest, words: str) -> None:
    assert words in reason(decided(request_))


def test_what_is_just_small_enough_runs() -> None:
    files = tuple(SourceFile(path=str(n), content=b"x" * 32768) for n in range(32))
    decision = decided(ask(files=files, stdin=b"x" * 16 * 1024 * 1024))
    assert isinstance(decision, Allowed)


@pytest.mark.parametrize(
    ("rules", "is_allowed"),
    [
        pytest.param(Rules(), True, id="everything"),
        pytest.param(Rules(languages_allowed=frozenset({"PY3"})), True, id="allowed-by-alias"),
        pytest.param(Rules(languages_allowed=frozenset({"c"})), False, id="not-in-the-list"),
        pytest.param(Rules(languages_allowed=frozenset()), False, id="empty-list"),
        pytest.param(Rules(languages_blocked=frozenset({"py"})), False, id="blocked-by-alias"),
        pytest.param(
            Rules(languages_allowed=frozenset({"py"}), languages_blocked=frozenset({"python"})),
            False,
            id="block-beats-allow",
        ),
    ],
)
def test_languages_follow_the_rules(rules: Rules, is_allowed: bool) -> None:
    assert isinstance(decided(ask(), rules), Allowed) is is_allowed
    assert ("python" in allowed_languages(rules, NAMES)) is is_allowed


def test_a_switched_off_language_is_not_suggested() -> None:
    rules = Rules(languages_blocked=frozenset({"python"}))
    assert "Did you mean `python`" not in reason(decided(ask("pyhton"), rules))


@pytest.mark.parametrize(
    ("rules", "caller", "is_allowed"),
    [
        pytest.param(Rules(channels_allowed=frozenset({10})), CALLER, True, id="allowed"),
        pytest.param(Rules(channels_allowed=frozenset({10})), IN_THREAD, True, id="its-thread"),
        pytest.param(Rules(channels_allowed=frozenset({11})), IN_THREAD, True, id="thread-alone"),
        pytest.param(Rules(channels_allowed=frozenset({12})), CALLER, False, id="another"),
        pytest.param(Rules(channels_blocked=frozenset({10})), CALLER, False, id="blocked"),
        pytest.param(Rules(channels_blocked=frozenset({10})), IN_THREAD, False, id="blocked-thread"),
        pytest.param(Rules(channels_blocked=frozenset({12})), CALLER, True, id="not-this-one"),
    ],
)  # fmt: skip
def test_channels_follow_the_rules(rules: Rules, caller: Caller, is_allowed: bool) -> None:
    assert isinstance(decided(ask(), rules, caller=caller), Allowed) is is_allowed


@pytest.mark.parametrize(
    ("there", "named"),
    [
        pytest.param(None, ["<#12>", "<#13>"], id="nobody-knows-what-there-is"),
        pytest.param(frozenset({10, 13}), ["<#13>"], id="one-is-gone"),
        pytest.param(frozenset({10}), [], id="all-are-gone"),
    ],
)
def test_nobody_is_sent_to_a_channel_that_is_gone(
    there: frozenset[int] | None, named: list[str]
) -> None:
    rules = Rules(channels_allowed=frozenset({12, 13}))
    refusal = reason(decided(ask(), rules, caller=replace(CALLER, server_ids=there)))
    assert [mark for mark in ("<#12>", "<#13>") if mark in refusal] == named


def test_a_role_that_is_gone_is_not_named() -> None:
    rules = Rules(roles_allowed=frozenset({5, 6}))
    refusal = reason(decided(ask(), rules, caller=replace(CALLER, server_ids=frozenset({6}))))
    assert "<@&6>" in refusal
    assert "<@&5>" not in refusal


def test_a_member_may_have_a_few_runs_waiting() -> None:
    rules = Rules(running_per_member=2)
    assert isinstance(decided(ask(), rules, state=MemberState(unfinished=4)), Allowed)
    assert "5 programs" in reason(decided(ask(), rules, state=MemberState(unfinished=5)))


def test_the_cooldown_says_when() -> None:
    decision = decided(ask(), state=MemberState(wait_seconds=1.2))
    assert isinstance(decision, Denied)
    assert decision.retry_after_seconds == 1.2
    assert "in 2 s" in decision.reason


def test_without_any_language_the_operator_is_named() -> None:
    assert "codecage doctor" in reason(decided(ask(), names=LanguageNames(())))


DIRECT = Caller(user_id=7, channel_id=10)


def test_in_a_direct_message_nothing_runs_where_the_operator_wants_that() -> None:
    rules = Rules(direct_messages=False)
    refusal = reason(decided(ask(), rules, caller=DIRECT))
    assert "no programs in direct messages" in refusal
    assert "looks like this" in refusal
    assert isinstance(decided(ask(), rules), Allowed)
    assert isinstance(decided(ask(), caller=DIRECT), Allowed)


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param(Rules(channels_blocked=frozenset({10})), id="channel-blocked"),
        pytest.param(Rules(roles_blocked=frozenset({5})), id="role-blocked"),
        pytest.param(Rules(roles_allowed=frozenset({6})), id="role-needed"),
        pytest.param(Rules(roles_allowed=frozenset()), id="no-role-fits"),
    ],
)
def test_a_refusal_points_to_direct_messages_only_where_they_work(rules: Rules) -> None:
    caller = replace(CALLER, role_ids=frozenset({5}))
    hint = "In a direct message to me"
    assert hint in reason(decided(ask(), rules, caller=caller))
    rules = replace(rules, direct_messages=False)
    assert hint not in reason(decided(ask(), rules, caller=caller))
