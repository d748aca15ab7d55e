import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings.describe import page_text
from bot.settings.panel import (
    Press,
    Spot,
    What,
    moved,
    offered,
    parts,
    press_id,
    press_of,
)
from bot.settings.values import ServerSettings
from bot.sizes import units
from bot.store import AuditEntry
from tests.unit.bot.settings.strategies import FEWER, PRESSES, SERVER, SPOTS, settings


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
@given(settings(), SPOTS)
def test_every_page_fits_into_an_embed(found: ServerSettings, spot: Spot) -> None:
    entry = AuditEntry(guild_id=1, user_id=2, at=3, action="settings.change", detail="x" * 5000)
    text = page_text(spot, found, SERVER, [entry] * 5)
    assert text
    assert units(text) <= 4096


@FEWER
@given(PRESSES, st.lists(st.text(max_size=8) | st.sampled_from(["only", "python", "1"])))
def test_whatever_is_chosen_one_stays_in_the_panel(press: Press, values: list[str]) -> None:
    found = moved(press, values)
    assert found is None or press_of(press_id(found, What.CANCEL)) is not None


def test_languages_come_in_parts_of_what_a_menu_holds() -> None:
    names = [f"lang{n:02}" for n in range(60)]
    assert parts(names) == 3
    assert [name for part in range(3) for name in offered(names, part)] == names
    assert offered(names, 99) == offered(names, 2)
    assert (parts([]), offered([], 0)) == (1, ())
