"""Commands, menus and files at the chat page, in a real browser."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.demo import StandIn, Upload
from tests.discord.browser import opened
from tests.discord.page_app import App
from tests.discord.page_people import PIXEL, page_marks
from tests.discord.standin_client import running

pytestmark = page_marks


@pytest.fixture
async def standin() -> AsyncGenerator[StandIn, None]:
    async with StandIn(rate_limits=False) as standin, running(App(), standin):
        yield standin


async def test_a_slash_command_with_autocomplete_by_keyboard(
    standin: StandIn, tmp_path: Path
) -> None:
    async with opened(standin.page_url, tmp_path) as page:
        await page.get_by_label("Message", exact=True).press_sequentially("/ru")
        await page.get_by_role("option", name="/run").wait_for()
        await page.keyboard.press("Enter")
        await page.get_by_role("combobox", name="language").press_sequentially("py")
        await page.get_by_role("option", name="Python 3.13").wait_for()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.type("print(1)")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("print(2)")
        await page.keyboard.press("Enter")
        answer = page.locator("#messages li").last
        await answer.get_by_text("print(2) / None").wait_for()
        text = await answer.inner_text()
        assert "Ada used /run" in text
        assert "python: print(1)\nprint(2) / None" in text


async def test_a_command_without_a_needed_option_says_which(
    standin: StandIn, tmp_path: Path
) -> None:
    async with opened(standin.page_url, tmp_path) as page:
        await page.get_by_label("Message", exact=True).press_sequentially("/run")
        await page.get_by_role("option", name="/run").click()
        await page.get_by_label("code", exact=True).press("Enter")
        assert "needs “language”" in await page.get_by_role("alert").first.inner_text()


async def test_the_context_menu_works_by_keyboard_and_by_right_click(
    standin: StandIn, tmp_path: Path
) -> None:
    code = standin.guilds[0].channels["code"]
    await standin.say(code, standin.users["cleo"], "print(1)")
    async with opened(standin.page_url, tmp_path) as page:
        await page.get_by_role("button", name="More about the message of Cleo").focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("menuitem", name="Reply").wait_for()
        while await page.evaluate("document.activeElement.textContent") != "Run code":
            await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await page.get_by_text("ran: print(1)").wait_for()
        await page.locator("#messages li").first.click(button="right")
        await page.get_by_role("menuitem", name="Reply").click()
        await page.get_by_text("Answering Cleo").wait_for()
        await page.keyboard.type("thanks")
        await page.keyboard.press("Enter")
        await page.locator("#messages .text", has_text="thanks").wait_for()
    thanks = next(one for one in code.messages.values() if one.content == "thanks")
    assert thanks.reply_to is not None
    assert thanks.reply_to.content == "print(1)"


async def test_files_travel_both_ways_on_the_page(standin: StandIn, tmp_path: Path) -> None:
    source = tmp_path / "hello.py"
    source.write_text("print('file')")
    code = standin.guilds[0].channels["code"]
    picture = Upload(filename="plot.png", content=PIXEL)
    async with opened(standin.page_url, tmp_path / "profile") as page:
        await page.locator("#attach").set_input_files(source)
        await page.get_by_text("hello.py (13 B)").wait_for()
        await page.get_by_role("button", name="Send").click()
        await page.get_by_role("link", name="hello.py").wait_for()
        await standin.say(code, standin.users["ben"], "look", attachments=[picture])
        image = page.get_by_role("img", name="plot.png")
        await image.wait_for()
        assert await image.evaluate("node => node.decode().then(() => node.naturalWidth)") == 1
        async with page.expect_download() as download:
            await page.get_by_role("link", name="hello.py").click()
        saved = await (await download.value).path()
    assert next(iter(code.messages.values())).attachments[0].content == b"print('file')"
    assert saved is not None
