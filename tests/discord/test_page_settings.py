"""A manager and a member side by side at the chat page: each setting is seen from both sides.

The tests leave pictures in their temporary folder.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page

from bot.demo import StandIn
from tests.discord.bot_client import running_bot
from tests.discord.browser import CHROMIUM, opened
from tests.fakes import FakeExecutor

pytestmark = [
    pytest.mark.full,
    pytest.mark.timeout(120),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]

BASH = "@codecage ```bash\necho 1\n```"


@dataclass(kw_only=True)
class Both:
    """Ben, who manages the server, and Cleo, each with a page of their own."""

    ben: Page
    cleo: Page

    @property
    def panel(self) -> Locator:
        """Return the newest message that Ben alone sees."""
        return self.ben.locator("#messages li.ephemeral").last

    async def settings(self) -> None:
        """Let Ben open the panel."""
        box = self.ben.get_by_label("Message", exact=True)
        await box.fill("/settings")
        await self.ben.get_by_role("option", name="/settings").click()
        await self.ben.get_by_role("button", name="Send").click()
        await self.panel.get_by_role("heading", name="Settings: Languages").wait_for()

    async def go(self, page: str) -> None:
        """Let Ben go to a page of the panel."""
        menu = self.panel.get_by_label("Go to another page")
        options = await menu.locator("option").all_inner_texts()
        wanted = next(one for one in options if one.startswith(page))
        await menu.select_option(label=wanted)
        await self.panel.get_by_role("heading", name=f"Settings: {page}").wait_for()

    async def pick(self, menu: str, *labels: str) -> None:
        """Let Ben choose several in a menu of the panel."""
        chosen = self.panel.get_by_label(menu)
        await chosen.select_option(label=list(labels))
        await chosen.locator("xpath=..").get_by_role("button", name="Choose").click()

    async def asks(self, text: str = BASH) -> Locator:
        """Let Cleo run something and return the answer."""
        before = await self.cleo.locator("#messages article").count()
        await self.cleo.get_by_label("Message", exact=True).fill(text)
        await self.cleo.keyboard.press("Enter")
        answer = self.cleo.locator("#messages article").nth(before)
        await answer.wait_for()
        return answer


@pytest.fixture
async def both(tmp_path: Path, executor: FakeExecutor) -> AsyncGenerator[Both, None]:
    async with (
        StandIn(rate_limits=False) as standin,
        running_bot(standin, executor),
        opened(standin.page_url, tmp_path / "ben", width=900) as ben,
        opened(standin.page_url, tmp_path / "cleo", width=900, scheme="light") as cleo,
    ):
        for page, name in ((ben, "Ben (moderator)"), (cleo, "Cleo (member)")):
            page.set_default_timeout(8_000)
            await page.get_by_label("You are").select_option(label=name)
        yield Both(ben=ben, cleo=cleo)
        await ben.screenshot(path=tmp_path / "ben-at-the-end.png")
        await cleo.screenshot(path=tmp_path / "cleo-at-the-end.png")


async def test_languages_are_chosen_and_hold_for_the_member(both: Both, tmp_path: Path) -> None:
    answer = await both.asks()
    assert "Finished" in await answer.inner_text()
    await both.settings()
    await both.pick("Choose languages", "python", "c")
    await both.panel.get_by_text("only c, python").first.wait_for()
    await both.ben.screenshot(path=tmp_path / "languages.png")
    answer = await both.asks()
    assert "bash is switched off here" in await answer.inner_text()


async def test_the_member_is_not_offered_the_settings_and_does_not_see_the_panel(
    both: Both,
) -> None:
    await both.settings()
    await both.cleo.get_by_label("Message", exact=True).fill("/")
    await both.cleo.get_by_role("option", name="/run").first.wait_for()
    assert await both.cleo.get_by_role("option", name="/settings").count() == 0
    assert await both.cleo.locator("#messages article").count() == 0


async def test_channels_and_roles_are_offered_by_name(both: Both, tmp_path: Path) -> None:
    await both.settings()
    await both.go("Channels & roles")
    await both.pick("Choose channels", "#bots")
    await both.panel.get_by_text("Channels • only #bots").wait_for()
    chosen = both.panel.get_by_label("Choose channels").locator("option:checked")
    assert await chosen.all_inner_texts() == ["#bots"]
    await both.ben.screenshot(path=tmp_path / "places.png")
    answer = await both.asks()
    assert "send it in #bots" in await answer.inner_text()
    await both.pick("Choose roles", "@member")
    await both.panel.get_by_role("heading", name="Really?").wait_for()
    await both.ben.screenshot(path=tmp_path / "really.png")
    await both.panel.get_by_role("button", name="Leave it as it is").click()
    await both.panel.get_by_text("Roles • all").wait_for()


async def test_windows_switches_and_the_log_channel(both: Both, tmp_path: Path) -> None:
    await both.settings()
    await both.go("Log & import/export")
    await both.pick("Where changes are told", "#code")
    told = both.cleo.get_by_text("Settings changed").first
    await told.wait_for()
    panel = both.ben.locator("#messages li").filter(has_text="Settings: Log")
    await panel.get_by_label("Go to another page").wait_for()
    assert "<t:" not in await panel.inner_text()
    assert await panel.locator("time.mention").count() == 1
    await both.ben.screenshot(path=tmp_path / "log.png")


async def test_limits_are_typed_into_a_window(both: Both, tmp_path: Path) -> None:
    await both.settings()
    await both.go("Limits & quotas")
    await both.panel.get_by_role("button", name="Change limits").click()
    window = both.ben.get_by_role("dialog", name="Change limits")
    await window.get_by_label("Wait between two runs").fill("soon")
    await window.get_by_role("button", name="Submit").click()
    await both.ben.get_by_text("'soon' is not a time").wait_for()
    await both.ben.screenshot(path=tmp_path / "refused.png")
    limits = both.ben.locator("#messages li").filter(has_text="Settings: Limits")
    await limits.get_by_role("button", name="Change limits").click()
    await window.get_by_label("Wait between two runs").fill("90s")
    await both.ben.screenshot(path=tmp_path / "limits.png")
    await window.get_by_role("button", name="Submit").click()
    await limits.get_by_text("1 min 30 s").wait_for()
    await both.asks()
    answer = await both.asks()
    assert "you can run the next program in" in await answer.inner_text()
