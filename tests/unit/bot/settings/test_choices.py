from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import OutdatedError
from bot.settings.choices import MODE_OF, Choice, chosen
from bot.settings.panel import INHERIT, SWITCHES, Page, Press, Spot, What, languages_of, offered
from bot.settings.values import Mode, Selection, ServerSettings
from tests.runtimes import NAMES
from tests.unit.bot.settings.strategies import FEWER, PRESSES, SERVER, settings

DEFAULTS = ServerSettings()
HERE = 3
MENUS = st.sampled_from(
    [
        (What.LANGUAGES, Spot(), [*NAMES.names]),
        (What.LANGUAGES, Spot(scope="c3"), [*NAMES.names]),
        (What.LANGUAGES, Spot(scope="r4"), [*NAMES.names]),
        (What.CHANNELS, Spot(page=Page.PLACES), ["1", "2", "3"]),
        (What.ROLES, Spot(page=Page.PLACES), ["1", "2", "3"]),
        (What.SWITCHES, Spot(page=Page.OUTPUT), [*SWITCHES[Page.OUTPUT]]),
        (What.SWITCHES, Spot(page=Page.MEMBERS), [*SWITCHES[Page.MEMBERS]]),
        (What.LOG_CHANNEL, Spot(page=Page.LOG), ["1", "2", "3"]),
    ]
)


def only(*items: str) -> Selection[str]:
    return Selection(mode=Mode.ONLY, items=frozenset(items))


def but(*items: str) -> Selection[str]:
    return Selection(mode=Mode.EXCEPT, items=frozenset(items))


def shown_by(what: What, spot: Spot, settings: ServerSettings) -> tuple[set[str], str | None]:
    """Return what a menu of the panel shows as chosen, and how its list is meant."""
    match what:
        case What.MODE | What.LANGUAGES:
            own = languages_of(settings, spot)
            mode = own.mode if own else INHERIT
            items = own.items if own else frozenset()
            menu = items & set(offered(NAMES.names, spot.part))
            return ({mode}, None) if what is What.MODE else (set(menu), mode)
        case What.CHANNELS | What.CHANNEL_MODE:
            return set(map(str, settings.channels.items)), settings.channels.mode
        case What.ROLES | What.ROLE_MODE:
            return set(map(str, settings.roles.items)), settings.roles.mode
        case What.SWITCHES:
            names = SWITCHES.get(spot.page, ())
            return {name for name in names if getattr(settings, name)}, None
        case What.LOG_CHANNEL:
            return {str(settings.log_channel_id or "")} - {""}, None
        case _:
            return set(), None


def choice(
    what: What, spot: Spot, values: list[str] | tuple[str, ...], seen: ServerSettings
) -> Choice:
    """Return a choice in a menu of a panel that shows the settings ``seen``."""
    shown, mode = shown_by(what, spot, seen)
    return Choice(
        shown=frozenset(shown), values=tuple(values), mode=mode if what in MODE_OF else None
    )


def after(
    what: What,
    *values: str,
    settings: ServerSettings = DEFAULTS,
    spot: Spot = Spot(),  # noqa: B008
    seen: ServerSettings | None = None,
) -> ServerSettings:
    """Return what choosing ``values`` makes of ``settings``, in a panel that shows them or ``seen``."""
    made = choice(what, spot, values, settings if seen is None else seen)
    return chosen(Press(spot=spot, what=what), made, settings, SERVER, HERE)


@FEWER
@given(
    PRESSES, st.lists(st.text(max_size=8) | st.sampled_from(["only", "python", "1"])), settings()
)
def test_whatever_is_sent_the_settings_stay_well_formed(
    press: Press, values: list[str], old: ServerSettings
) -> None:
    made = choice(press.what, press.spot, values, old)
    new = chosen(press, made, old, SERVER, HERE)
    assert new.languages.items <= old.languages.items | set(NAMES.names)


@FEWER
@given(settings(), st.sampled_from(Mode))
def test_turning_a_list_over_changes_nothing_that_it_allows(
    old: ServerSettings, mode: Mode
) -> None:
    new = after(What.MODE, mode, settings=old)
    if mode is not Mode.ALL:
        for name in NAMES.names:
            assert new.languages.allows(name) == old.languages.allows(name)


@pytest.mark.parametrize(
    ("old", "values", "new"),
    [
        pytest.param(Selection(), ["c", "python"], only("c", "python"), id="out-of-everything"),
        pytest.param(only("c"), ["c", "python"], only("c", "python"), id="one-more"),
        pytest.param(only("c", "python"), [], only(), id="none"),
        pytest.param(but("c"), ["bash"], but("bash"), id="others-excepted"),
        pytest.param(only("cobol"), ["c"], only("cobol", "c"), id="what-is-not-offered-stays"),
    ],
)
def test_languages_are_chosen(old: Selection[str], values: list[str], new: Selection[str]) -> None:
    found = after(What.LANGUAGES, *values, settings=ServerSettings(languages=old))
    assert found == ServerSettings(languages=new)


def test_a_channels_list_comes_and_goes() -> None:
    spot = Spot(scope="c5")
    found = after(What.LANGUAGES, "c", spot=spot)
    assert found == ServerSettings(channel_languages={5: only("c")})
    assert after(What.MODE, INHERIT, settings=found, spot=spot) == DEFAULTS


def test_a_roles_list_begins_with_what_holds_everywhere() -> None:
    everywhere = ServerSettings(languages=but("bash"))
    found = after(What.MODE, "except", settings=everywhere, spot=Spot(scope="r5"))
    assert found.role_languages == {5: but("bash")}


def test_only_some_channels_begin_with_this_one_and_only_some_roles_with_the_managers() -> None:
    assert after(What.CHANNEL_MODE, "only").channels == Selection(
        mode=Mode.ONLY, items=frozenset({HERE})
    )
    assert after(What.ROLE_MODE, "only").roles == Selection(
        mode=Mode.ONLY, items=SERVER.managing_role_ids
    )
    assert after(What.CHANNEL_MODE, "except").channels == Selection(mode=Mode.EXCEPT)


def test_choosing_no_channel_out_of_all_changes_nothing() -> None:
    assert after(What.CHANNELS) == DEFAULTS


@pytest.mark.parametrize("page", SWITCHES)
def test_switches_are_on_if_they_are_chosen(page: Page) -> None:
    first, *others = SWITCHES[page]
    found = after(What.SWITCHES, first, spot=Spot(page=page))
    assert getattr(found, first)
    assert not any(getattr(found, name) for name in others)


def test_the_log_channel_can_be_taken_away() -> None:
    found = after(What.LOG_CHANNEL, "5")
    assert found.log_channel_id == 5
    assert after(What.LOG_CHANNEL, settings=found) == DEFAULTS


def test_only_a_channel_of_this_server_becomes_the_log_channel() -> None:
    strange = str(max(SERVER.channel_ids) + 1)
    assert after(What.LOG_CHANNEL, strange) == DEFAULTS
    kept = ServerSettings(log_channel_id=5)
    assert after(What.LOG_CHANNEL, strange, settings=kept) == kept


@st.composite
def two_of_a_kind(draw: st.DrawFn) -> tuple[ServerSettings, ServerSettings]:
    """Return two settings whose lists are meant the same way, and mostly differ in all that menus hold."""
    mode, id_mode = (draw(st.sampled_from([Mode.ONLY, Mode.EXCEPT])) for _ in range(2))
    names, ids = st.frozensets(st.sampled_from(NAMES.names)), st.frozensets(st.integers(1, 3))

    def one() -> ServerSettings:
        languages = [Selection(mode=mode, items=draw(names)) for _ in range(3)]
        return ServerSettings(
            languages=languages[0],
            channel_languages={3: languages[1]},
            role_languages={4: languages[2]},
            channels=Selection(mode=id_mode, items=draw(ids)),
            roles=Selection(mode=id_mode, items=draw(ids)),
            log_channel_id=draw(st.none() | st.integers(1, 3)),
            **{name: draw(st.booleans()) for names in SWITCHES.values() for name in names},  # type: ignore[arg-type]
        )

    return one(), one()


@given(two_of_a_kind() | st.tuples(settings(), settings()), MENUS, st.data())
def test_a_choice_changes_what_was_chosen_and_nothing_else(
    both: tuple[ServerSettings, ServerSettings],
    menu: tuple[What, Spot, list[str]],
    data: st.DataObject,
) -> None:
    """Somebody else made ``now`` of what the message shows, which is ``seen``."""
    seen, now = both
    what, spot, offers = menu
    shown, mode = shown_by(what, spot, seen)
    before, mode_now = shown_by(what, spot, now)
    values = data.draw(st.lists(st.sampled_from(offers), unique=True, max_size=4))
    press = Press(spot=spot, what=what)
    made = choice(what, spot, values, seen)
    if mode != mode_now:
        with pytest.raises(OutdatedError):
            chosen(press, made, now, SERVER, HERE)
        return
    found = chosen(press, made, now, SERVER, HERE)
    after_it, _mode = shown_by(what, spot, found)
    if what is What.LOG_CHANNEL:
        assert after_it == ({min(values, default="")} - {""} if shown != set(values) else before)
    else:
        assert after_it == before - (shown - set(values)) | (set(values) - shown)
    assert without(found, what, spot) == without(now, what, spot)


def without(settings: ServerSettings, what: What, spot: Spot) -> ServerSettings:
    """Return settings without what one menu is about."""
    changes: dict[str, Any] = {}
    match what:
        case What.LANGUAGES if spot.scope.startswith("c"):
            lists = settings.channel_languages.items()
            changes["channel_languages"] = {k: v for k, v in lists if k != spot.scope_id}
        case What.LANGUAGES if spot.scope.startswith("r"):
            lists = settings.role_languages.items()
            changes["role_languages"] = {k: v for k, v in lists if k != spot.scope_id}
        case What.LOG_CHANNEL:
            changes["log_channel_id"] = None
        case What.SWITCHES:
            changes.update(dict.fromkeys(SWITCHES[spot.page], False))
        case _:
            changes[what.value] = Selection()
    return replace(settings, **changes)


@FEWER
@given(settings(), MENUS, MENUS, st.data())
def test_two_choices_at_once_both_count_whoever_is_first(
    seen: ServerSettings,
    one: tuple[What, Spot, list[str]],
    other: tuple[What, Spot, list[str]],
    data: st.DataObject,
) -> None:
    (what, spot, offers), (what2, spot2, offers2) = one, other
    mine = data.draw(st.lists(st.sampled_from(offers), unique=True, max_size=3))
    others = data.draw(st.lists(st.sampled_from(offers2), unique=True, max_size=3))
    if (what, spot) == (what2, spot2):
        return  # the same menu: that is the property above
    first = after(what2, *others, settings=seen, spot=spot2)
    last = after(what, *mine, settings=seen, spot=spot)
    assert after(what, *mine, settings=first, spot=spot, seen=seen) == after(
        what2, *others, settings=last, spot=spot2, seen=seen
    )


def test_two_who_flip_other_switches_of_one_menu_both_count() -> None:
    spot = Spot(page=Page.OUTPUT)
    theirs = after(What.SWITCHES, "shows_files", "is_live", spot=spot)
    both = after(
        What.SWITCHES,
        *("shows_files", "is_live", "shows_links", "shows_invites"),
        settings=theirs,
        spot=spot,
        seen=DEFAULTS,
    )
    assert both == replace(DEFAULTS, shows_links=False, shows_invites=True)


def test_what_was_to_be_allowed_is_not_forbidden_because_the_list_was_turned_over() -> None:
    seen = ServerSettings(languages=only("c"))
    turned = ServerSettings(languages=but("bash"))
    with pytest.raises(OutdatedError):
        after(What.LANGUAGES, "c", "python", settings=turned, seen=seen)
