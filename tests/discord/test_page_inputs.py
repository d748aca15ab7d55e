"""The five inputs at the chat page, each as a person gives it, with real sandboxes behind the bot.

Each test leaves a picture in its temporary folder; ``pytest --basetemp=FOLDER`` says where.
"""

import os
from collections.abc import AsyncGenerator, Awaitable, Callable
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
    pytest.mark.timeout(180),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]

GREETS = "name = input()\nprint('hello', name)"
BLOCK = f"```py\n{GREETS}\n```"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncGenerator[Bot, None]:
    config = load_config(environ={**os.environ, "CODECAGE_DATA_DIR": str(tmp_path)}).executor
    async with (
        StandIn(rate_limits=False) as standin,
        open_executor(config, languages={"python"}) as executor,
        running_bot(standin, executor, show_after_seconds=30) as bot,
    ):
        yield bot


@pytest.fixture
async def page(bot: Bot, tmp_path: Path) -> AsyncGenerator[Page, None]:
    async with opened(bot.standin.page_url, tmp_path / "profile") as page:
        page.set_default_timeout(20_000)
        await page.get_by_role("heading", name="#code").wait_for()
        yield page
        await page.screenshot(path=tmp_path / "at-the-end.png")


async def send(page: Page, text: str) -> None:
    await page.get_by_label("Message", exact=True).fill(text)
    await page.keyboard.press("Enter")


async def choose(page: Page, author: str, entry: str) -> None:
    """Use the menu of somebody's newest message, by keyboard."""
    await page.get_by_role("button", name=f"More about the message of {author}").last.press("Enter")
    await page.get_by_role("menuitem", name=entry, exact=True).press("Enter")


async def by_mention(page: Page, _: Path) -> str:
    await send(page, f"@codecage {BLOCK}\nby mention")
    return "hello by mention"


async def by_reply(page: Page, _: Path) -> str:
    await send(page, f"what does this do?\n{BLOCK}")
    await page.locator("#messages li").first.wait_for()
    await choose(page, "Ada", "Reply")
    await page.get_by_text("Answering Ada").wait_for()
    await send(page, "@codecage")
    return "EOFError"


async def by_options(page: Page, _: Path) -> str:
    await send(page, "/run")
    await page.get_by_label("language").fill("py")
    await page.get_by_role("option", name="python").click()
    await page.get_by_label("code", exact=True).fill(GREETS)
    await page.get_by_label("stdin", exact=True).fill("by options")
    await page.keyboard.press("Enter")
    return "hello by options"


async def by_editor(page: Page, _: Path) -> str:
    await send(page, "/run")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Run a program")
    await dialog.get_by_label("Language").fill("py")
    await dialog.get_by_label("Program").fill(f"import sys\n{GREETS}\nprint(sys.argv[1:])")
    await dialog.get_by_label("Standard input").fill("by editor")
    await dialog.get_by_label("Arguments").fill("one two")
    await dialog.get_by_role("button", name="Submit").click()
    return "hello by editor\n['one', 'two']"


async def by_menu(page: Page, _: Path) -> str:
    await send(page, "```py\nprint('by menu')\n```")
    await page.locator("#messages li").first.wait_for()
    await choose(page, "Ada", "Run code")
    return "by menu"


async def by_prefilled_editor(page: Page, _: Path) -> str:
    await send(page, BLOCK)
    await page.locator("#messages li").first.wait_for()
    await choose(page, "Ada", "Edit & run")
    dialog = page.get_by_role("dialog", name="Run a program")
    assert await dialog.get_by_label("Program").input_value() == GREETS
    await dialog.get_by_label("Standard input").fill("by prefilled editor")
    await dialog.get_by_role("button", name="Submit").click()
    return "hello by prefilled editor"


async def by_files(page: Page, folder: Path) -> str:
    files = {
        "main.py": f"import util\n{GREETS}\nprint(util.X)",
        "util.py": "X = 5",
        "stdin.txt": "by files",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    await page.locator("#attach").set_input_files([folder / name for name in files])
    await page.get_by_text("stdin.txt (").wait_for()
    await send(page, "@codecage")
    return "hello by files\n5"


async def by_pasted_message(page: Page, folder: Path) -> str:
    (folder / "message.txt").write_text(GREETS)
    await page.locator("#attach").set_input_files(folder / "message.txt")
    await page.get_by_text("message.txt (").wait_for()
    await send(page, "@codecage py")
    return "EOFError"


INPUTS = {
    "mention": by_mention,
    "reply-and-mention": by_reply,
    "run-with-options": by_options,
    "run-with-the-editor": by_editor,
    "run-code": by_menu,
    "edit-and-run": by_prefilled_editor,
    "attachments": by_files,
    "message-txt": by_pasted_message,
}


async def answer(page: Page, words: str) -> Locator:
    found = page.locator("#messages article pre", has_text=words).last
    await found.wait_for()
    return found


@pytest.mark.parametrize("give", INPUTS.values(), ids=INPUTS)
async def test_every_input_gets_its_answer(
    page: Page, tmp_path: Path, give: Callable[[Page, Path], Awaitable[str]]
) -> None:
    words = await give(page, tmp_path)
    found = await answer(page, words)
    assert words in await found.inner_text()
    await page.get_by_role("button", name="Run again").wait_for()
    await page.screenshot(path=tmp_path / "answer.png")


@pytest.mark.parametrize("give", INPUTS.values(), ids=INPUTS)
async def test_every_input_works_in_a_thread(
    page: Page, tmp_path: Path, give: Callable[[Page, Path], Awaitable[str]]
) -> None:
    await page.get_by_role("button", name="New thread").click()
    await page.get_by_role("dialog", name="New thread").get_by_label("Name").fill("help")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="#help").wait_for()
    await answer(page, await give(page, tmp_path))


async def test_in_a_direct_message_a_block_alone_is_enough(page: Page, tmp_path: Path) -> None:
    await page.get_by_role("button", name="@ codecage").click()
    await page.get_by_role("heading", name="codecage", exact=True).wait_for()
    await send(page, f"{BLOCK}\nto you")
    await answer(page, "hello to you")
    await page.screenshot(path=tmp_path / "answer.png")


@pytest.mark.parametrize("give", [by_menu, by_options], ids=["menu", "command"])
async def test_in_a_group_people_have_the_app_with_them(
    page: Page, tmp_path: Path, give: Callable[[Page, Path], Awaitable[str]]
) -> None:
    await page.get_by_role("button", name="Ada, Ben, Cleo").click()
    await page.get_by_text("where people have the app with them").wait_for()
    await answer(page, await give(page, tmp_path))
    await page.screenshot(path=tmp_path / "answer.png")


async def test_a_private_answer_is_the_asker_s_alone(page: Page, tmp_path: Path) -> None:
    await send(page, "/run")
    await page.get_by_label("code", exact=True).fill("print('for me')")
    await page.get_by_label("private", exact=True).select_option("True")
    await page.keyboard.press("Enter")
    await answer(page, "for me")
    await page.get_by_text("Only you can see this").wait_for()
    await page.screenshot(path=tmp_path / "answer.png")
    await page.get_by_label("You are").select_option(label="Cleo (member)")
    await page.locator("#messages li").wait_for(state="detached")
    await send(page, "good morning")
    await page.get_by_text("good morning").wait_for()
    assert await page.locator("#messages li").count() == 1
