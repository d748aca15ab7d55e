"""A moderator acts at the chat page, and a member beside them meets what follows."""

from collections.abc import AsyncGenerator
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

Pages = tuple[Page, Page]


@pytest.fixture
async def pages(tmp_path: Path, executor: FakeExecutor) -> AsyncGenerator[Pages, None]:
    """Yield Ben's page and Cleo's; pictures of both are left at the end."""
    async with (
        StandIn(rate_limits=False) as standin,
        running_bot(standin, executor),
        opened(standin.page_url, tmp_path / "ben", width=900) as ben,
        opened(standin.page_url, tmp_path / "cleo", width=900, scheme="light") as cleo,
    ):
        for page, name in ((ben, "Ben (moderator)"), (cleo, "Cleo (member)")):
            page.set_default_timeout(8_000)
            await page.get_by_label("You are").select_option(label=name)
        yield ben, cleo
        await ben.screenshot(path=tmp_path / "ben-at-the-end.png")
        await cleo.screenshot(path=tmp_path / "cleo-at-the-end.png")


async def command(page: Page, name: str, **options: str) -> Locator:
    """Use a command as a person does, and return its private answer."""
    before = await page.locator("#messages li.ephemeral").count()
    await page.get_by_label("Message", exact=True).fill(f"/{name}")
    await page.get_by_role("option", name=f"/{name}").first.click()
    for option, value in options.items():
        field = page.locator(f"#option-{option}")
        if await field.evaluate("field => field.tagName") == "SELECT":
            await field.select_option(label=value)
        else:
            await field.fill(value)
    await page.get_by_role("button", name="Send").click()
    answer = page.locator("#messages li.ephemeral").nth(before)
    await answer.wait_for()
    return answer


async def ask(page: Page) -> Locator:
    before = await page.locator("#messages article").count()
    await page.get_by_label("Message", exact=True).fill("@codecage ```py\nprint(1)\n```")
    await page.keyboard.press("Enter")
    answer = page.locator("#messages article").nth(before)
    await answer.wait_for()
    return answer


async def test_a_moderator_sees_what_ran_and_how_much(pages: Pages) -> None:
    ben, cleo = pages
    await ask(cleo)
    shown = await (await command(ben, "runs")).inner_text()
    assert "python" in shown
    assert "finished" in shown
    statistics = await command(ben, "moderate statistics")
    assert "1 run in 14 days: python 1." in await statistics.inner_text()
    await statistics.locator("img").wait_for()


async def test_a_member_is_offered_nothing_of_it(pages: Pages) -> None:
    _, cleo = pages
    await cleo.get_by_label("Message", exact=True).fill("/")
    await cleo.get_by_role("option", name="/privacy about").wait_for()
    for name in ("/moderate", "/runs", "/owner", "/settings"):
        assert await cleo.get_by_role("option", name=name).count() == 0


async def test_a_blocked_member_reads_why_in_their_own_language(pages: Pages) -> None:
    ben, cleo = pages
    await command(cleo, "privacy about")  # from which the bot knows that Cleo reads French
    blocked = await command(ben, "moderate block", member="Cleo", reason="spam")
    assert "can run nothing here any more" in await blocked.inner_text()
    refusal = await (await ask(cleo)).inner_text()
    assert "spam" in refusal
    assert "Tu ne peux" in refusal
    await command(ben, "moderate unblock", member="Cleo")
    assert "python" in await (await ask(cleo)).inner_text()
