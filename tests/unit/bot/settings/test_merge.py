from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import Allowed, Caller, Rules, RunRequest, Showing
from bot.policy import MemberState, allowed_languages, decide
from bot.settings.merge import rules_for
from bot.settings.values import Mode, Selection, ServerSettings
from executor import SourceFile
from tests.runtimes import NAMES
from tests.unit.bot.settings.strategies import CALLERS, FEWER, LANGUAGES, RULES, settings

CALLER = Caller(user_id=7, channel_id=10, guild_id=1)
IN_THREAD = replace(CALLER, channel_id=11, parent_channel_id=10)
TRUSTED = replace(CALLER, role_ids=frozenset({1, 5}))
NEWCOMER = replace(CALLER, role_ids=frozenset({6}))
BOTH = replace(CALLER, role_ids=frozenset({5, 6}))

PYTHON = Selection(mode=Mode.ONLY, items=frozenset({"python"}))
NO_BASH = Selection(mode=Mode.EXCEPT, items=frozenset({"bash"}))
C_OR_BASH = Selection(mode=Mode.ONLY, items=frozenset({"c", "bash"}))
EVERYTHING = Selection[str]()


def may_run(language: str, rules: Rules, caller: Caller) -> bool:
    request = RunRequest(language=language, files=(SourceFile(path="x", content=b"x"),))
    decision = decide(request, caller, names=NAMES, rules=rules, state=MemberState(), job_id="1")
    return isinstance(decision, Allowed)


@FEWER
@given(CALLERS, settings(), RULES, LANGUAGES)
def test_a_server_never_widens_what_the_operator_forbids(
    caller: Caller, chosen: ServerSettings, operator: Rules, language: str
) -> None:
    merged = rules_for(caller, chosen, operator, NAMES)
    if may_run(language, merged, caller):
        assert may_run(language, operator, caller)
    assert merged.cooldown_seconds == operator.cooldown_seconds
    assert merged.running_per_member == operator.running_per_member


@FEWER
@given(CALLERS, settings(), RULES, LANGUAGES)
def test_what_the_server_forbids_is_forbidden(
    caller: Caller, chosen: ServerSettings, operator: Rules, language: str
) -> None:
    caller = replace(caller, guild_id=100)
    merged = rules_for(caller, chosen, operator, NAMES)
    places = (caller.channel_id, *filter(None, [caller.parent_channel_id]))
    if not chosen.channels.allows(*places) or not chosen.roles.allows(*caller.role_ids):
        assert not may_run(language, merged, caller)


@FEWER
@given(CALLERS, RULES, LANGUAGES)
def test_without_settings_the_operators_rules_hold(
    caller: Caller, operator: Rules, language: str
) -> None:
    merged = rules_for(caller, ServerSettings(), operator, NAMES)
    assert may_run(language, merged, caller) == may_run(language, operator, caller)


@FEWER
@given(settings(), st.none() | st.just(1))
def test_a_direct_message_knows_no_server(chosen: ServerSettings, parent: int | None) -> None:
    caller = Caller(user_id=7, channel_id=10, parent_channel_id=parent)
    merged = rules_for(caller, chosen, Rules(), NAMES)
    assert replace(merged, showing=Showing()) == Rules()


@pytest.mark.parametrize(
    ("chosen", "caller", "allowed"),
    [
        pytest.param(ServerSettings(languages=PYTHON), CALLER, {"python"}, id="everywhere"),
        pytest.param(
            ServerSettings(languages=PYTHON, channel_languages={10: C_OR_BASH}),
            CALLER,
            {"c", "bash"},
            id="a-channel's-list-replaces-it",
        ),
        pytest.param(
            ServerSettings(languages=PYTHON, channel_languages={10: C_OR_BASH}),
            IN_THREAD,
            {"c", "bash"},
            id="a-thread-follows-its-channel",
        ),
        pytest.param(
            ServerSettings(channel_languages={10: C_OR_BASH, 11: PYTHON}),
            IN_THREAD,
            {"python"},
            id="a-thread's-own-list-comes-first",
        ),
        pytest.param(
            ServerSettings(languages=PYTHON, role_languages={5: EVERYTHING}),
            TRUSTED,
            set(NAMES.names),
            id="a-role's-list-replaces-it",
        ),
        pytest.param(
            ServerSettings(languages=PYTHON, role_languages={5: EVERYTHING}),
            NEWCOMER,
            {"python"},
            id="not-for-those-without-the-role",
        ),
        pytest.param(
            ServerSettings(role_languages={5: C_OR_BASH, 6: PYTHON}),
            BOTH,
            {"c", "bash", "python"},
            id="several-roles-add-up",
        ),
        pytest.param(
            ServerSettings(
                channel_languages={10: C_OR_BASH}, role_languages={5: NO_BASH, 6: PYTHON}
            ),
            TRUSTED,
            {"c"},
            id="channel-and-role-both-count",
        ),
        pytest.param(
            ServerSettings(languages=Selection(mode=Mode.ONLY)), CALLER, set(), id="an-empty-list"
        ),
    ],
)
def test_languages_go_by_channel_and_role(
    chosen: ServerSettings, caller: Caller, allowed: set[str]
) -> None:
    merged = rules_for(caller, chosen, Rules(), NAMES)
    assert set(allowed_languages(merged, NAMES)) == allowed


def test_the_operators_lists_may_use_any_name() -> None:
    operator = Rules(languages_allowed=frozenset({"py", "c#"}), languages_blocked=frozenset({"cs"}))
    merged = rules_for(CALLER, ServerSettings(languages=NO_BASH), operator, NAMES)
    assert allowed_languages(merged, NAMES) == ("python",)


@pytest.mark.parametrize(
    ("default", "languages", "found"),
    [
        pytest.param("python", EVERYTHING, "python", id="allowed"),
        pytest.param("bash", NO_BASH, None, id="blocked-here"),
        pytest.param("cobol", EVERYTHING, None, id="not-installed-any-more"),
        pytest.param(None, EVERYTHING, None, id="none"),
    ],
)
def test_a_default_language_must_be_allowed(
    default: str | None, languages: Selection[str], found: str | None
) -> None:
    chosen = ServerSettings(default_language=default, languages=languages)
    assert rules_for(CALLER, chosen, Rules(), NAMES).default_language == found


@pytest.mark.parametrize(
    ("channels", "caller", "is_allowed"),
    [
        pytest.param(Selection(mode=Mode.ONLY, items=frozenset({10})), CALLER, True, id="listed"),
        pytest.param(
            Selection(mode=Mode.ONLY, items=frozenset({10})), IN_THREAD, True, id="thread-of-it"
        ),
        pytest.param(Selection(mode=Mode.ONLY, items=frozenset({12})), CALLER, False, id="another"),
        pytest.param(
            Selection(mode=Mode.EXCEPT, items=frozenset({10})), IN_THREAD, False, id="excepted"
        ),
        pytest.param(
            Selection(mode=Mode.EXCEPT, items=frozenset({12})), CALLER, True, id="not-excepted"
        ),
        pytest.param(Selection(mode=Mode.ONLY), CALLER, False, id="nowhere"),
    ],
)
def test_channels_follow_the_server(
    channels: Selection[int], caller: Caller, is_allowed: bool
) -> None:
    merged = rules_for(caller, ServerSettings(channels=channels), Rules(), NAMES)
    assert may_run("python", merged, caller) == is_allowed


def test_operator_and_server_may_name_thread_and_channel_apart() -> None:
    operator = Rules(channels_allowed=frozenset({10}))
    thread = ServerSettings(channels=Selection(mode=Mode.ONLY, items=frozenset({11})))
    assert may_run("python", rules_for(IN_THREAD, thread, operator, NAMES), IN_THREAD)
    assert not may_run("python", rules_for(CALLER, thread, operator, NAMES), CALLER)


@pytest.mark.parametrize(
    ("roles", "caller", "is_allowed"),
    [
        pytest.param(Selection(mode=Mode.ONLY, items=frozenset({5})), TRUSTED, True, id="has-it"),
        pytest.param(
            Selection(mode=Mode.ONLY, items=frozenset({5})), NEWCOMER, False, id="has-it-not"
        ),
        pytest.param(
            Selection(mode=Mode.EXCEPT, items=frozenset({6})), BOTH, False, id="has-a-blocked-one"
        ),
        pytest.param(
            Selection(mode=Mode.EXCEPT, items=frozenset({6})), CALLER, True, id="has-none"
        ),
    ],
)
def test_roles_follow_the_server(roles: Selection[int], caller: Caller, is_allowed: bool) -> None:
    merged = rules_for(caller, ServerSettings(roles=roles), Rules(), NAMES)
    assert may_run("python", merged, caller) == is_allowed


def test_limits_and_output_are_the_servers() -> None:
    chosen = ServerSettings(
        cooldown_seconds=9, member_runs_per_hour=3, output_lines=5, shows_invites=True
    )
    merged = rules_for(CALLER, chosen, Rules(cooldown_seconds=2), NAMES)
    assert (merged.cooldown_seconds, merged.server_cooldown_seconds) == (2, 9)
    assert merged.member_runs_per_hour == 3
    assert (merged.showing.lines, merged.showing.invites) == (5, True)
