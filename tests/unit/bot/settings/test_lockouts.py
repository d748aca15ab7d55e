from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import settingtexts
from bot.models import Caller, Rules
from bot.policy import allowed_languages
from bot.settings.lockouts import lockouts
from bot.settings.merge import rules_for
from bot.settings.server import Server
from bot.settings.values import Mode, Selection, ServerSettings
from tests.runtimes import NAMES
from tests.unit.bot.settings.strategies import FEWER, RULES, SERVER, settings

DEFAULTS = ServerSettings()
MODERATOR = Caller(user_id=7, channel_id=1, guild_id=100, role_ids=frozenset({100, 1}))
NOTHING_AT_ALL = Selection[str](mode=Mode.ONLY)
PYTHON = Selection(mode=Mode.ONLY, items=frozenset({"python"}))


def only(*items: int) -> Selection[int]:
    return Selection(mode=Mode.ONLY, items=frozenset(items))


def but(*items: int) -> Selection[int]:
    return Selection(mode=Mode.EXCEPT, items=frozenset(items))


@pytest.mark.parametrize(
    ("chosen", "reasons"),
    [
        pytest.param(DEFAULTS, (), id="nothing-changed"),
        pytest.param(ServerSettings(channels=only(3)), (), id="one-channel-left"),
        pytest.param(
            ServerSettings(channels=only(99)), (settingtexts.NO_CHANNEL_LEFT,), id="a-gone-channel"
        ),
        pytest.param(
            ServerSettings(channels=but(*range(1, 7))),
            (settingtexts.NO_CHANNEL_LEFT,),
            id="every-channel-excepted",
        ),
        pytest.param(
            ServerSettings(roles=only(5)), (settingtexts.NO_MANAGER_LEFT,), id="no-managing-role"
        ),
        pytest.param(ServerSettings(roles=only(100)), (), id="everyone"),
        pytest.param(
            ServerSettings(roles=but(100)), (settingtexts.NO_MANAGER_LEFT,), id="everyone-excepted"
        ),
        pytest.param(
            ServerSettings(roles=but(1)), (settingtexts.NOT_EVEN_YOU,), id="the-moderator-alone"
        ),
        pytest.param(ServerSettings(roles=only(1)), (), id="the-moderators"),
        pytest.param(
            ServerSettings(languages=NOTHING_AT_ALL),
            (settingtexts.NO_LANGUAGE_LEFT,),
            id="no-language",
        ),
        pytest.param(
            ServerSettings(languages=NOTHING_AT_ALL, channel_languages={2: PYTHON}),
            (),
            id="a-language-in-one-channel",
        ),
        pytest.param(
            ServerSettings(
                languages=NOTHING_AT_ALL, channel_languages={2: PYTHON}, channels=only(3)
            ),
            (settingtexts.NO_LANGUAGE_LEFT,),
            id="a-language-where-nobody-may",
        ),
        pytest.param(
            ServerSettings(languages=NOTHING_AT_ALL, role_languages={2: PYTHON}),
            (settingtexts.NOT_EVEN_YOU,),
            id="a-language-for-another-role",
        ),
        pytest.param(
            ServerSettings(languages=NOTHING_AT_ALL, role_languages={1: PYTHON}),
            (),
            id="a-language-for-the-moderator's-role",
        ),
        pytest.param(
            ServerSettings(languages=NOTHING_AT_ALL, role_languages={5: PYTHON}),
            (settingtexts.NO_MANAGER_LEFT,),
            id="a-language-for-others-alone",
        ),
        pytest.param(
            ServerSettings(role_languages={100: NOTHING_AT_ALL}),
            (settingtexts.NO_LANGUAGE_LEFT,),
            id="no-language-for-everyone",
        ),
        pytest.param(
            ServerSettings(role_languages={100: NOTHING_AT_ALL, 1: PYTHON}),
            (),
            id="a-role's-list-adds-to-everyone's",
        ),
        pytest.param(
            ServerSettings(role_languages={1: NOTHING_AT_ALL}),
            (settingtexts.NOT_EVEN_YOU,),
            id="no-language-for-the-moderator's-role",
        ),
        pytest.param(
            ServerSettings(role_languages={1: NOTHING_AT_ALL, 2: NOTHING_AT_ALL}),
            (settingtexts.NO_MANAGER_LEFT,),
            id="no-language-for-any-managing-role",
        ),
    ],
)
def test_what_would_lock_moderators_out_is_said(
    chosen: ServerSettings, reasons: tuple[str, ...]
) -> None:
    assert lockouts(chosen, SERVER, MODERATOR) == reasons


def test_what_the_operator_forbids_is_not_the_servers_fault() -> None:
    nothing = replace(SERVER, operator=Rules(languages_allowed=frozenset()))
    assert lockouts(ServerSettings(languages=PYTHON), nothing, MODERATOR) == ()
    no_python = replace(SERVER, operator=Rules(languages_blocked=frozenset({"py"})))
    reasons = lockouts(ServerSettings(languages=PYTHON), no_python, MODERATOR)
    assert reasons == (settingtexts.NO_LANGUAGE_LEFT,)


def test_a_thread_goes_where_its_channel_goes() -> None:
    server = replace(SERVER, channel_ids=frozenset({1, 2}), parent_ids={2: 1})
    assert lockouts(ServerSettings(channels=but(1)), server, MODERATOR) == (
        settingtexts.NO_CHANNEL_LEFT,
    )
    assert lockouts(ServerSettings(channels=only(1)), server, MODERATOR) == ()


def members(server: Server) -> Iterator[frozenset[int]]:
    """Yield the roles of every member that there can be."""
    others = server.role_ids - {server.everyone_id}
    some = chain.from_iterable(combinations(others, many) for many in range(len(others) + 1))
    return (frozenset({server.everyone_id, *roles}) for roles in some)


def has_language(roles: frozenset[int], chosen: ServerSettings, server: Server) -> bool:
    """Ask the rules that members meet, in every place."""
    places = [places for places in server.places() if chosen.channels.allows(*places)]
    callers = (
        replace(
            MODERATOR,
            channel_id=place,
            parent_channel_id=next(iter(parents), None),
            role_ids=roles,
        )
        for place, *parents in places or [(0,)]
    )
    return any(
        allowed_languages(rules_for(one, chosen, server.operator, NAMES), NAMES) for one in callers
    )


def by_trying(chosen: ServerSettings, server: Server, caller: Caller) -> list[str]:
    """Return what `lockouts` must, found by trying every member in every place."""
    found = []
    if not any(chosen.channels.allows(*places) for places in server.places()):
        found.append(settingtexts.NO_CHANNEL_LEFT)
    is_any_left = any(has_language(roles, chosen, server) for roles in members(server))
    if allowed_languages(server.operator, NAMES) and not is_any_left:
        found.append(settingtexts.NO_LANGUAGE_LEFT)

    def is_out(roles: frozenset[int]) -> bool:
        no_language = is_any_left and not has_language(roles, chosen, server)
        return no_language or not chosen.roles.allows(*roles)

    if all(is_out(frozenset({server.everyone_id, id_})) for id_ in server.managing_role_ids):
        found.append(settingtexts.NO_MANAGER_LEFT)
    elif is_out(caller.role_ids):
        found.append(settingtexts.NOT_EVEN_YOU)
    return found


@FEWER
@given(
    settings(few=True),
    RULES,
    st.dictionaries(st.integers(4, 6), st.integers(1, 3), max_size=2),
    st.frozensets(st.integers(1, 6)),
)
def test_counting_in_sets_finds_what_trying_every_member_in_every_place_finds(
    chosen: ServerSettings, operator: Rules, parents: dict[int, int], roles: frozenset[int]
) -> None:
    server = replace(SERVER, operator=operator, parent_ids=parents)
    caller = replace(MODERATOR, role_ids=roles | {server.everyone_id})
    assert list(lockouts(chosen, server, caller)) == by_trying(chosen, server, caller)
