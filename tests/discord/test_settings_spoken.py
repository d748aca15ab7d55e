"""The panel and its windows in every language: Discord refuses what is too long, also in German."""

from collections.abc import Iterator
from typing import Any

import discord
import pytest

from bot.demo.errors import Problems
from bot.demo.validate_components import check_components
from bot.demo.validate_modals import check_modal
from bot.settings.changes import edited
from bot.settings.describe import page_text
from bot.settings.panel import Page, Press, Spot, What
from bot.settings.values import FILE_TYPES, WELCOME_UNITS, Mode, Selection, ServerSettings
from bot.sizes import MODAL_TEXT_UNITS, units
from bot.speech import LANGUAGES, speaking
from bot.ui.panel import confirm_view, panel_view
from bot.ui.settingwindows import text_window, window_for
from tests.unit.bot.settings.strategies import SERVER

CHOSEN = ServerSettings(
    channel_languages={1: Selection(mode=Mode.ONLY)},
    channels=Selection(mode=Mode.ONLY, items=frozenset({1, 2})),
    default_language="python",
    log_channel_id=3,
)
SPOTS = [Spot(page=page) for page in Page] + [Spot(scope=scope) for scope in ("c", "c1", "r", "r2")]
WINDOWS = (What.EDIT_LIMITS, What.EDIT_SIZES, What.EDIT_LANGUAGE, What.EDIT_WELCOME)


@pytest.fixture(params=LANGUAGES)
def _language(request: pytest.FixtureRequest) -> Iterator[None]:
    with speaking(request.param):
        yield


def taken(view: discord.ui.View) -> list[dict[str, Any]]:
    """Return a message's controls as Discord has them; fails if it would refuse them."""
    found = Problems()
    components = check_components(view.to_components(), found, v2=False, file_names=set())
    found.raise_if_any()
    return components


@pytest.mark.usefixtures("_language")
@pytest.mark.parametrize("settings", [ServerSettings(), CHOSEN], ids=["at-first", "chosen"])
async def test_every_page_is_one_that_discord_takes(settings: ServerSettings) -> None:
    for spot in SPOTS:
        assert len(taken(panel_view(spot, settings, SERVER))) > 1
        assert page_text(spot, settings, SERVER)
    assert len(taken(confirm_view(Spot(), 12))) == 1


@pytest.mark.usefixtures("_language")
async def test_every_window_is_one_that_discord_takes() -> None:
    windows = [window_for(Press(spot=Spot(), what=what), CHOSEN) for what in WINDOWS]
    press = Press(spot=Spot(page=Page.LOG), what=What.IMPORT)
    for window in (*windows, text_window(press, "x" * MODAL_TEXT_UNITS, 10**17)):
        checked = check_modal(window.to_dict())
        assert checked["title"]


@pytest.mark.parametrize("what", WINDOWS)
async def test_a_window_takes_back_what_it_shows(what: What) -> None:
    """Discord's clients send no field that is longer than its bound, and count UTF-16 units."""
    longest = edited(
        CHOSEN,
        {
            "members.welcome": "\U0001f600" * (WELCOME_UNITS // 2),
            "output.file_types": [f"{number:016}" for number in range(FILE_TYPES)],
            "languages.default": "x" * 64,
        },
    )
    window = window_for(Press(spot=Spot(), what=what), longest).to_dict()
    for label in check_modal(window)["components"]:
        field = label["component"]
        assert units(field.get("value", "")) <= field["max_length"]


async def test_the_panel_speaks_other_languages_too() -> None:
    with speaking("de"):
        german = page_text(Spot(page=Page.LIMITS), CHOSEN, SERVER)
    assert german != page_text(Spot(page=Page.LIMITS), CHOSEN, SERVER)
