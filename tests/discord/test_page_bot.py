"""Members at the chat page, in a real browser, with the real bot and real sandboxes behind it.

Each test leaves pictures in its temporary folder.
"""

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page

from bot.demo import StandIn
from executor.config import load_config
from executor.factory import open_executor
from tests.discord.bot_client import Bot, running_bot
from tests.discord.browser import CHROMIUM, opened

pytestmark = [
    pytest.mark.full,
    pytest.mark.sandbox,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]

MENTION = '@codecage ```py\nprint("hi")\n```'
TICKS = "import time\nfor n in range(200):\n    print('tick', n, flush=True)\n    time.sleep(0.05)"
TALK = "name = input('Name? ')\nprint('Hello', name)"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncGenerator[Bot, None]:
    config = load_config(environ={**os.environ, "CODECAGE_DATA_DIR": str(tmp_path)}).executor
    async with (
        StandIn(rate_limits=False) as standin,
        open_executor(config, languages={"python", "bash"}) as executor,
        running_bot(standin, executor, show_after_seconds=0.5) as bot,
    ):
        yield bot


@pytest.fixture
async def page(bot: Bot, tmp_path: Path) -> AsyncGenerator[Page, None]:
    async with opened(bot.standin.page_url, tmp_path / "profile") as page:
        page.set_default_timeout(20_000)
        yield page
        await page.screenshot(path=tmp_path / "at-the-end.png")


async def say(page: Page, text: str) -> Locator:
    """Send a message and return its answer, which may still be a placeholder."""
    count = await page.locator("#messages li").count()
    await page.get_by_label("Message", exact=True).fill(text)
    await page.keyboard.press("Enter")
    reply = page.locator("#messages li").nth(count + 1)
    await reply.locator("article").wait_for()
    return reply


async def be(page: Page, who: str) -> None:
    await page.get_by_label("You are").select_option(label=who)


async def test_a_member_uses_every_button(page: Page, tmp_path: Path) -> None:
    reply = await say(page, MENTION)
    await reply.get_by_text("Finished").wait_for()
    await page.screenshot(path=tmp_path / "answer.png")
    await reply.get_by_role("button", name="Edit", exact=False).click()
    dialog = page.get_by_role("dialog", name="Run a program")
    assert await dialog.get_by_label("Program").input_value() == 'print("hi")'
    await page.screenshot(path=tmp_path / "editor.png")
    await dialog.get_by_label("Program").fill("print(input())")
    await dialog.get_by_label("Standard input").fill("from the window")
    await dialog.get_by_role("button", name="Submit").click()
    await reply.get_by_text("from the window").wait_for()
    await reply.get_by_role("button", name="Input").click()
    dialog = page.get_by_role("dialog", name="Standard input")
    await dialog.get_by_label("What the program reads").fill("another line")
    await page.screenshot(path=tmp_path / "input.png")
    await dialog.get_by_role("button", name="Submit").click()
    await reply.get_by_text("another line").wait_for()
    await reply.get_by_role("button", name="Run again").click()
    await reply.get_by_role("button", name="Delete").click()
    await reply.wait_for(state="detached")


async def test_an_edit_runs_again_and_deleting_takes_the_answer_along(page: Page) -> None:
    reply = await say(page, MENTION)
    await reply.get_by_text("Finished").wait_for()
    more = page.get_by_role("button", name="More about the message of Ada")
    await more.press("Enter")
    await page.get_by_role("menuitem", name="Edit", exact=True).click()
    box = page.get_by_label("Message", exact=True)
    await box.fill('@codecage ```py\nprint("new")\n```')
    await page.keyboard.press("Enter")
    await reply.locator("article pre", has_text="new").wait_for()
    await more.press("Enter")
    await page.get_by_role("menuitem", name="Delete", exact=True).click()
    await page.locator("#messages article").wait_for(state="detached")


async def test_running_output_can_be_watched_and_stopped(page: Page, tmp_path: Path) -> None:
    reply = await say(page, f"@codecage ```py\n{TICKS}\n```")
    await reply.get_by_text("tick 1").first.wait_for()
    await page.screenshot(path=tmp_path / "live.png")
    await reply.get_by_role("button", name="Stop").click()
    await reply.get_by_role("heading", name="Stopped").wait_for()


async def test_one_talks_to_a_program(page: Page, tmp_path: Path) -> None:
    reply = await say(page, f"@codecage ```py\n{TALK}\n```")
    await reply.get_by_role("button", name="Input").click()
    dialog = page.get_by_role("dialog", name="Standard input")
    await dialog.get_by_label("Type more while it runs").check()
    await dialog.get_by_role("button", name="Submit").click()
    await reply.get_by_role("heading", name="Running").wait_for()
    await reply.locator("article pre", has_text="Name?").wait_for()
    await reply.get_by_role("button", name="Input").click()
    dialog = page.get_by_role("dialog", name="Type to the program")
    await page.screenshot(path=tmp_path / "typing.png")
    await dialog.get_by_label("One line, or several").fill("Ada")
    await dialog.get_by_role("button", name="Submit").click()
    await reply.locator("article pre", has_text="Hello Ada").wait_for()


async def test_the_menus_run_anybody_s_program(page: Page, bot: Bot, tmp_path: Path) -> None:
    await bot.standin.say(bot.code, bot.cleo, "see\n```py\nprint('of Cleo')\n```")
    await page.reload()
    message = page.locator("#messages li").first
    await message.click(button="right")
    await page.screenshot(path=tmp_path / "menu.png")
    await page.get_by_role("menuitem", name="Run code").click()
    await page.locator("#messages article pre", has_text="of Cleo").wait_for()
    await message.click(button="right")
    await page.get_by_role("menuitem", name="Edit & run").click()
    dialog = page.get_by_role("dialog", name="Run a program")
    assert "of Cleo" in await dialog.get_by_label("Program").input_value()


async def test_others_are_told_privately_and_moderators_may(page: Page, tmp_path: Path) -> None:
    await be(page, "Cleo (member)")
    reply = await say(page, MENTION)
    await reply.get_by_text("Finished").wait_for()
    await be(page, "Dan (member)")
    await page.get_by_role("button", name="Delete").click()
    told = page.locator("#messages li.ephemeral")  # in German, which Dan reads
    await told.get_by_text("gehören @Cleo").wait_for()
    await page.screenshot(path=tmp_path / "not-yours.png")
    await be(page, "Ben (moderator)")
    await page.get_by_role("button", name="Delete").click()
    await reply.wait_for(state="detached")


async def test_files_are_run_and_a_language_is_one_choice_away(page: Page, tmp_path: Path) -> None:
    source = tmp_path / "message.txt"
    source.write_text("1 + 1; # no language\n")
    await page.locator("#attach").set_input_files(source)
    await page.get_by_text("message.txt (").wait_for()
    reply = await say(page, "@codecage")
    await reply.get_by_text("which language").wait_for()
    await page.screenshot(path=tmp_path / "choose.png")
    await reply.get_by_label("Choose the language").select_option("python")
    await reply.get_by_role("heading", name="Finished").wait_for()


async def test_the_menu_works_where_the_bot_is_no_member(page: Page) -> None:
    await page.get_by_role("button", name="general").last.click()
    await page.get_by_text("The app is no member here").wait_for()
    await page.get_by_label("Message", exact=True).fill('```py\nprint("own app")\n```')
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="More about the message of Ada").press("Enter")
    await page.get_by_role("menuitem", name="Run code").click()
    await page.locator("#messages article pre", has_text="own app").wait_for()
