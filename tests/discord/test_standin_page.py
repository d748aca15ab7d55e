"""A person at the chat page, in a real browser, with a real bot behind it."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands
from playwright.async_api import Route

from bot.demo import StandIn, Upload
from tests.discord.browser import CHROMIUM, opened
from tests.discord.standin_client import Client, running

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]

HOSTILE = "<img src=x onerror=document.title='owned'> **bold** `code` \u202e"
OUTPUT = "```ansi\n\x1b[31merror\x1b[0m: \x1b[1;34mnote\x1b[0m <script>alert(1)</script>\n```"


class Window(discord.ui.Modal, title="Edit & run"):
    code: discord.ui.Label[Any] = discord.ui.Label(
        text="Code",
        description="It runs in the sandbox",
        component=discord.ui.TextInput(style=discord.TextStyle.paragraph, custom_id="code"),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.code.component, discord.ui.TextInput)
        text = f"```py\n{self.code.component.value}\n```"
        await interaction.response.send_message(text, ephemeral=True)


class Buttons(discord.ui.View):
    @discord.ui.button(label="Run again", style=discord.ButtonStyle.primary, custom_id="again")
    async def again(
        self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]
    ) -> None:
        await interaction.response.edit_message(content="ran again")

    @discord.ui.button(label="Edit", custom_id="edit")
    async def edit(self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        await interaction.response.send_modal(Window())

    @discord.ui.button(label="Delete", style=discord.ButtonStyle.danger, custom_id="delete")
    async def delete(
        self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]
    ) -> None:
        await interaction.response.defer()
        await interaction.delete_original_response()

    @discord.ui.select(
        custom_id="language",
        placeholder="Language",
        options=[discord.SelectOption(label=name) for name in ("python", "c")],
    )
    async def language(
        self, interaction: discord.Interaction, select: discord.ui.Select["Buttons"]
    ) -> None:
        await interaction.response.edit_message(content=f"language {select.values[0]}")


class App(Client):
    async def setup_hook(self) -> None:
        @self.tree.command(description="Run a program in the sandbox")
        @app_commands.describe(language="Which language", code="The program", stdin="Its input")
        async def run(
            interaction: discord.Interaction,
            language: str,
            code: str | None = None,
            stdin: str | None = None,
            file: discord.Attachment | None = None,
        ) -> None:
            if code is None and file is None:
                await interaction.response.send_modal(Window())
                return
            await interaction.response.defer(thinking=True)
            text = code if file is None else (await file.read()).decode()
            await interaction.edit_original_response(content=f"{language}: {text} / {stdin}")

        @run.autocomplete("language")
        async def languages(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            found = [("Python 3.13", "python"), ("C (gcc 14)", "c")]
            return [
                app_commands.Choice(name=name, value=value)
                for name, value in found
                if typed.lower() in name.lower()
            ]

        @self.tree.command(description="Show what can run")
        async def languages_list(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("python, c", ephemeral=True)

        @self.tree.context_menu(name="Run code")
        async def menu(interaction: discord.Interaction, message: discord.Message) -> None:
            await interaction.response.send_message(f"ran: {message.content}", ephemeral=True)

        await self.tree.sync()

    async def answer(self, message: discord.Message) -> None:
        embed = discord.Embed(title="Python 3.13.5 finished", description=OUTPUT, colour=0x2F8A5F)
        embed.add_field(name="Hostile", value=HOSTILE)
        embed.set_footer(text="6 ms · 9 MiB · exit code 0")
        await message.reply(embed=embed, view=Buttons(timeout=None))


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
    picture = Upload(filename="plot.png", content=PNG)
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


async def test_a_person_sees_only_what_is_for_them(standin: StandIn, tmp_path: Path) -> None:
    code = standin.guilds[0].channels["code"]
    used = await standin.slash(standin.users["ben"], code, "languages_list")
    await standin.wait_for_response(used)
    async with opened(standin.page_url, tmp_path) as page:
        await page.get_by_role("heading", name="#code").wait_for()
        assert await page.locator("#messages li").count() == 0
        await page.get_by_label("You are").select_option(label="Ben (moderator)")
        await page.get_by_text("python, c").wait_for()


@pytest.mark.parametrize("is_first", [True, False], ids=["before-the-answer", "after-the-answer"])
async def test_what_is_said_while_the_page_loads_is_there_once(
    tmp_path: Path, is_first: bool
) -> None:
    async with StandIn() as standin:
        code, ben = standin.guilds[0].channels["code"], standin.users["ben"]

        async def meanwhile(route: Route) -> None:
            if is_first:
                await standin.say(code, ben, "meanwhile")
            answer = await route.fetch()
            if not is_first:
                await standin.say(code, ben, "meanwhile")
            await route.fulfill(response=answer)

        async with opened(standin.page_url, tmp_path) as page:
            await page.get_by_role("heading", name="#code").wait_for()
            await page.route("**/demo/api/channel?*", meanwhile)
            for count in (1, 2):
                await page.reload()
                await page.locator("#messages li").nth(count - 1).wait_for()
                assert await page.locator("#messages li").count() == count


async def test_a_person_opens_a_thread_and_others_see_it(standin: StandIn, tmp_path: Path) -> None:
    async with opened(standin.page_url, tmp_path) as page:
        await page.get_by_role("button", name="New thread").click()
        await page.get_by_role("dialog", name="New thread").get_by_label("Name").fill("help me")
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="#help me").wait_for()
        await page.get_by_label("Message", exact=True).fill("@codecage hello")
        await page.keyboard.press("Enter")
        reply = page.locator("#messages li").last
        await reply.get_by_role("heading", name="Python 3.13.5 finished").wait_for()
        await page.screenshot(path=tmp_path / "thread.png")
        await page.get_by_role("button", name="# code").click()
        await page.get_by_role("heading", name="#code").wait_for()
        assert await page.locator("#messages li").count() == 0
        await standin.open_thread(standin.guilds[0].channels["code"], "another")
        await page.get_by_role("button", name="↳ another").wait_for()
        assert await page.get_by_role("button", name="# code").get_attribute("aria-current")


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


async def test_hostile_markup_neither_runs_nor_hangs_the_page(tmp_path: Path) -> None:
    hostile = ("`" * 4000, "*_" * 2000, "**__" * 1000, "a`b``c`d", "\\`not code\\`", HOSTILE)
    async with StandIn() as standin:
        code = standin.guilds[0].channels["code"]
        for text in hostile:
            await standin.say(code, standin.users["ben"], text)
        async with opened(standin.page_url, tmp_path) as page:
            await page.get_by_text("not code").wait_for()
            texts = await page.locator("#messages .text").all_inner_texts()
            assert await page.locator("#messages li").nth(3).locator("code").inner_text() == "b``c"
            assert await page.title() == "#code · codecage"
    assert len(texts) == len(hostile)
    assert texts[4] == "`not code`"
    assert texts[5].startswith("<img src=x")


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
