"""Members' experience, as a manager sets it at the chat page and a member beside comes across it."""

import logging
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.demo import Permission
from tests.discord.page_people import BEN, CLEO, Person, at_the_page, people_marks
from tests.discord.standin_client import eventually

pytestmark = people_marks

Both = tuple[Person, Person]
NO_LANGUAGE = "@codecage ```\nwhatever\n```"


@pytest_asyncio.fixture(loop_scope="module")
async def both(browser: Browser, tmp_path: Path) -> AsyncGenerator[Both, None]:
    async with at_the_page(browser, tmp_path, BEN, CLEO) as (ben, cleo):
        yield ben, cleo


async def members(ben: Person) -> None:
    """Open that page of the panel."""
    await ben.settings()
    await ben.go("Members\u2019 experience")


async def test_code_that_names_no_language_runs_in_the_usual_one(
    both: Both, tmp_path: Path
) -> None:
    ben, cleo = both
    answer = await cleo.ask(NO_LANGUAGE)
    assert "Finished" not in await answer.inner_text()
    await members(ben)
    language = "Language of code that names none"
    await ben.fill("Usual language", {language: "pyhton"})
    await ben.page.get_by_text("Did you mean python?").wait_for()
    await ben.panel.get_by_role("button", name="Dismiss").click()
    await ben.fill("Usual language", {language: "py"})
    await ben.reads("Usual language • python")
    await ben.page.screenshot(path=tmp_path / "members.png")
    answer = await cleo.ask(NO_LANGUAGE)
    assert "so I took python, as is usual on this server" in await answer.inner_text()
    await answer.locator("xpath=..").get_by_label("another language").wait_for()
    await cleo.page.screenshot(path=tmp_path / "taken.png")


async def test_answers_come_by_direct_message_where_the_server_wants_that(
    both: Both, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ben, cleo = both
    code = ben.standin.guilds[0].channels["code"]
    ben.standin.faults.refuse(Permission.SEND_MESSAGES, code)
    direct = cleo.page.get_by_role("button", name="@ codecage")
    await cleo.send()
    await cleo.page.locator("#places button.unread", has_text="@ codecage").wait_for()
    await direct.click()
    answers = cleo.page.locator("#messages article")
    await answers.get_by_role("heading", name="Finished").wait_for()
    await cleo.page.screenshot(path=tmp_path / "direct.png")
    await members(ben)
    await ben.pick("Choose what is on")
    await ben.reads("Direct messages • off")
    await cleo.visit("code")
    with caplog.at_level(logging.INFO, "bot"):
        await cleo.send()
        await eventually(lambda: "may not answer it anywhere" in caplog.text, 20)
    await direct.click()
    await answers.first.wait_for()
    assert await answers.count() == 1
    await ben.pick("Choose what is on", "Direct messages")
    await ben.reads("Direct messages • on")
    await cleo.visit("code")
    await cleo.send()
    await cleo.page.locator("#places button.unread", has_text="@ codecage").wait_for()


async def test_the_servers_welcome_greets_members_until_it_is_cleared(
    both: Both, tmp_path: Path
) -> None:
    ben, cleo = both
    await members(ben)
    window, welcome = "Welcome message", "Be kind.\nPrograms go to #bots, @everyone."
    await ben.fill(window, {window: welcome})
    await ben.reads("Welcome message • Be kind.")
    helped = await cleo.ask("@codecage")
    assert "Be kind.\nPrograms go to #bots" in await helped.inner_text()
    await ben.press("Post it here")
    posted = cleo.page.locator("#messages article").nth(1)
    await posted.get_by_text("Be kind.").first.wait_for()
    await cleo.page.screenshot(path=tmp_path / "posted.png")
    assert "Be kind." in await (await cleo.use("help")).inner_text()
    await ben.fill(window, {window: ""})
    await ben.reads("Welcome message • not set")
    assert "Be kind." not in await (await cleo.use("help")).inner_text()
