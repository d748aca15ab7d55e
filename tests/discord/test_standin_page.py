"""A person at the chat page, in a real browser, with a real bot behind it."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.demo import StandIn
from tests.discord.browser import opened
from tests.discord.page_app import App
from tests.discord.page_people import page_marks
from tests.discord.standin_client import running

pytestmark = page_marks


@pytest.fixture
async def standin() -> AsyncGenerator[StandIn, None]:
    async with StandIn(rate_limits=False) as standin, running(App(), standin):
        yield standin


async def test_a_person_mentions_the_bot_and_uses_its_buttons(
    standin: StandIn, tmp_path: Path
) -> None:
    async with opened(standin.page_url, tmp_path) as page:
        await page.get_by_label("Message", exact=True).fill("@codecage hello")
        await page.keyboard.press("Enter")
        reply = page.locator("#messages li").last
        await reply.get_by_role("heading", name="Python 3.13.5 finished").wait_for()
        asked = page.locator("#messages li").first
        assert "@codecage hello" in await asked.inner_text()
        assert await reply.locator(".ansi-fg-red").inner_text() == "error"
        assert "<script>alert(1)</script>" in await reply.locator("pre").inner_text()
        assert "<img src=x" in await reply.locator("dd").inner_text()
        assert await reply.locator("img").count() == 0
        await reply.get_by_role("button", name="Run again").click()
        await reply.get_by_text("ran again").wait_for()
        assert "(edited)" in await reply.inner_text()
        await reply.get_by_label("Language").select_option("c")
        await reply.get_by_text("language c").wait_for()
        await reply.get_by_role("button", name="Edit", exact=True).click()
        dialog = page.get_by_role("dialog", name="Edit & run")
        await dialog.get_by_label("Code").fill("if 1:\n  pass")
        await dialog.get_by_role("button", name="Submit").click()
        private = page.locator("#messages li.ephemeral")
        await private.get_by_text("Only you can see this").wait_for()
        assert await private.locator("pre").inner_text() == "if 1:\n  pass"
        await private.get_by_role("button", name="Dismiss").click()
        await private.wait_for(state="detached")
        await reply.get_by_role("button", name="Delete", exact=True).click()
        await page.locator("#messages article").wait_for(state="detached")
        assert await page.title() == "#code · codecage"


async def test_the_hint_puts_an_example_in_the_box(standin: StandIn, tmp_path: Path) -> None:
    async with opened(standin.page_url, tmp_path) as page:
        await page.get_by_role("button", name="Say hi in Python").click()
        box = page.get_by_label("Message", exact=True)
        assert await box.input_value() == '@codecage ```py\nprint("hi")\n```'
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Python 3.13.5 finished").wait_for()
        await page.get_by_role("button", name="Got it, hide this").click()
        await page.reload()
        await page.get_by_role("heading", name="Python 3.13.5 finished").wait_for()
        assert not await page.locator("#hint").is_visible()
