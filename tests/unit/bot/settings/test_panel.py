import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings.describe import page_text
from bot.settings.panel import (
    INHERIT,
    SWITCHES,
    Page,
    Press,
    Spot,
    What,
    chosen,
    moved,
    offered,
    parts,
    press_id,
    press_of,
)
from bot.settings.values import Mode, Selection, ServerSettings
from bot.sizes import units
from bot.store import AuditEntry
from tests.runtimes import NAMES
from tests.unit.bot.settings.strategies import FEWER, SERVER, settings

DEFAULTS = ServerSettings()
HERE = 3
IDS = st.integers(1, 2**63 - 1)
SPOTS = st.builds(
    Spot,
    page=st.sampled_from(Page),
    scope=st.sampled_from(["", "c", "r"]) | IDS.map("c{}".format) | IDS.map("r{}".format),
    part=st.integers(0, 999),
)
PRESSES = st.builds(
    Press, spot=SPOTS, what=st.sampled_from(What), version=st.none() | st.integers(0, 10**17)
)


def only(*items: str) -> Selection[str]:
    return Selection(mode=Mode.ONLY, items=frozenset(items))


def but(*items: str) -> Selection[str]:
    return Selection(mode=Mode.EXCEPT, items=frozenset(items))


def after(
    what: What,
    *values: str,
    settings: ServerSettings = DEFAULTS,
    spot: Spot = Spot(),  # noqa: B008
) -> ServerSettings:
    return chosen(Press(spot=spot, what=what), values, settings, SERVER, HERE)


@FEWER
@given(PRESSES)
def test_an_id_says_all_about_a_press(press: Press) -> None:
    found = press_id(press.spot, press.what, press.version)
    assert press_of(found) == press
    assert len(found) <= 100


@pytest.mark.parametrize(
    "found",
    ["", "cc:again:1:", "cs:nowhere::0:go:", "cs:log::0:nothing:", "cs:log:x1:0:go:", "cs:log::0:go:x"],
)  # fmt: skip
def test_other_ids_are_none_of_the_panels(found: str) -> None:
    assert press_of(found) is None


@FEWER
@given(
    PRESSES, st.lists(st.text(max_size=8) | st.sampled_from(["only", "python", "1"])), settings()
)
def test_whatever_is_sent_the_settings_stay_well_formed(
    press: Press, values: list[str], old: ServerSettings
) -> None:
    new = chosen(press, values, old, SERVER, HERE)
    assert new.languages.items <= old.languages.items | set(NAMES.names)
    moved(press, values)


@FEWER
@given(settings(), SPOTS)
def test_every_page_fits_into_an_embed(found: ServerSettings, spot: Spot) -> None:
    entry = AuditEntry(guild_id=1, user_id=2, at=3, action="settings.change", detail="x" * 5000)
    text = page_text(spot, found, SERVER, [entry] * 5)
    assert text
    assert units(text) <= 4096


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


def test_languages_come_in_parts_of_what_a_menu_holds() -> None:
    names = [f"lang{n:02}" for n in range(60)]
    assert parts(names) == 3
    assert [name for part in range(3) for name in offered(names, part)] == names
    assert offered(names, 99) == offered(names, 2)
    assert (parts([]), offered([], 0)) == (1, ())
