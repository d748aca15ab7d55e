"""Commands, buttons, menus and windows of a real discord.py client on the stand-in."""

import re
from collections.abc import AsyncGenerator
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.demo import StandIn, Upload
from tests.discord.standin_client import Client, eventually, running


class Counter(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"count:(?P<n>\d+)"
):
    """A button whose state is in its custom_id, so that it works after a restart."""

    def __init__(self, n: int) -> None:
        super().__init__(discord.ui.Button(label=str(n), custom_id=f"count:{n}"))
        self.n = n

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, __: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "Counter":
        return cls(int(match["n"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        view = discord.ui.View(timeout=None)
        view.add_item(Counter(self.n + 1))
        await interaction.response.edit_message(content=f"count {self.n + 1}", view=view)


class Editor(discord.ui.Modal, title="Run code"):
    code: discord.ui.Label[Any] = discord.ui.Label(
        text="Code",
        component=discord.ui.TextInput(style=discord.TextStyle.paragraph, custom_id="code"),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.code.component, discord.ui.TextInput)
        await interaction.response.send_message(
            f"```\n{self.code.component.value}\n```", ephemeral=True
        )


class Pick(discord.ui.View):
    @discord.ui.select(
        custom_id="pick", options=[discord.SelectOption(label=x) for x in ("python", "c")]
    )
    async def pick(
        self, interaction: discord.Interaction, select: discord.ui.Select["Pick"]
    ) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content=f"picked {select.values[0]}", view=None)


class App(Client):
    async def setup_hook(self) -> None:
        self.add_dynamic_items(Counter)
        self.errors: list[str] = []

        @self.tree.command(description="Run a program")
        async def run(
            interaction: discord.Interaction,
            language: str | None = None,
            code: str | None = None,
            file: discord.Attachment | None = None,
        ) -> None:
            if code is None and file is None:
                await interaction.response.send_modal(Editor())
                return
            await interaction.response.defer(thinking=True)
            text = code or (await file.read()).decode() if file else code
            await interaction.edit_original_response(
                content=f"{language}: {text}",
                attachments=[discord.File(fp=__file__, filename="out.txt")],
            )
            await interaction.followup.send("done", ephemeral=True)

        @run.autocomplete("language")
        async def languages(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            names = ("python", "perl", "c")
            return [app_commands.Choice(name=n, value=n) for n in names if n.startswith(typed)]

        @self.tree.command(description="Says it twice")
        async def twice(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("once")
            try:
                await interaction.client.http.request(
                    discord.http.Route(
                        "POST", f"/interactions/{interaction.id}/{interaction.token}/callback"
                    ),
                    json={"type": 4, "data": {"content": "again"}},
                )
            except discord.HTTPException as error:
                self.errors.append(f"{error.status} {error.code}")

        @self.tree.context_menu(name="Run code")
        async def menu(interaction: discord.Interaction, message: discord.Message) -> None:
            await interaction.response.send_message(f"target: {message.content}", ephemeral=True)

        settings = app_commands.Group(name="settings", description="Settings")

        @settings.command(description="Show them")
        @app_commands.describe(who="Whose")
        async def show(interaction: discord.Interaction, who: discord.Member) -> None:
            await interaction.response.send_message(f"settings of {who.name}")

        self.tree.add_command(settings)
        await self.tree.sync()

    async def answer(self, message: discord.Message) -> None:
        view: discord.ui.View = Pick() if "pick" in message.content else discord.ui.View()
        if "pick" not in message.content:
            view.add_item(Counter(0))
        await message.reply("count 0", view=view)


@pytest.fixture
async def standin() -> AsyncGenerator[StandIn, None]:
    async with StandIn() as standin, running(App(), standin):
        yield standin
        assert [call for call in standin.transcript.calls if call.status >= 500] == []


async def test_commands_are_registered_by_sync(standin: StandIn) -> None:
    code = standin.guilds[0].channels["code"]
    offered = {
        command["name"] for command in standin.commands.available(code, standin.users["ben"])
    }
    assert offered == {"run", "twice", "Run code", "settings"}


async def test_a_deferred_command_thinks_then_shows_its_edit_then_follows_up(
    standin: StandIn,
) -> None:
    ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
    used = await standin.slash(ben, code, "run", {"language": "python", "code": "a\nb"})
    await standin.wait_for_ack(used)
    response = await standin.wait_for_response(used)
    assert response.content == "python: a\nb"
    assert [attachment.filename for attachment in response.attachments] == ["out.txt"]
    followup = await standin.wait_for_followup(used)
    assert followup.content == "done"
    assert followup.is_ephemeral
    assert followup.visible_for(ben)
    assert not followup.visible_for(standin.users["cleo"])


async def test_a_file_option_reaches_the_bot_with_its_content(standin: StandIn) -> None:
    ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
    upload = Upload(filename="hello.py", content=b"print('file')")
    used = await standin.slash(ben, code, "run", {"file": upload})
    assert (await standin.wait_for_response(used)).content == "None: print('file')"


async def test_autocomplete_suggests_while_somebody_types(standin: StandIn) -> None:
    ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
    choices = await standin.autocomplete(ben, code, "run", {"language": "p"}, focused="language")
    assert [choice["value"] for choice in choices] == ["python", "perl"]


async def test_a_window_keeps_newlines_and_its_answer_is_ephemeral(standin: StandIn) -> None:
    ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
    modal = await standin.wait_for_modal(await standin.slash(ben, code, "run"))
    assert modal.title == "Run code"
    submitted = await standin.submit_modal(ben, modal, {"code": "if 1:\n  pass"})
    response = await standin.wait_for_response(submitted)
    assert response.content == "```\nif 1:\n  pass\n```"
    assert response.is_ephemeral


async def test_a_context_menu_delivers_the_message_without_the_content_intent(
    standin: StandIn,
) -> None:
    ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
    said = await standin.say(code, standin.users["cleo"], "not for the bot")
    used = await standin.context_menu(ben, said, "Run code")
    assert (await standin.wait_for_response(used)).content == "target: not for the bot"


async def test_a_button_with_its_state_in_the_custom_id_updates_its_message(
    standin: StandIn,
) -> None:
    ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
    reply = await standin.wait_for_reply(await standin.say(code, ben, f"{standin.mention} go"))
    for n in range(3):
        used = await standin.click(ben, reply, f"count:{n}")
        await standin.wait_for_ack(used)
    assert reply.content == "count 3"
    with pytest.raises(ValueError, match="no component 'count:0'"):
        await standin.click(ben, reply, "count:0")


async def test_a_select_sends_its_values(standin: StandIn) -> None:
    ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
    reply = await standin.wait_for_reply(await standin.say(code, ben, f"{standin.mention} pick"))
    await standin.select(ben, reply, "pick", ["c"])
    await standin.wait_for_edit(reply, lambda message: message.content == "picked c")
    assert reply.components == []


async def test_a_subcommand_resolves_its_member(standin: StandIn) -> None:
    ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
    used = await standin.slash(ben, code, "settings show", {"who": standin.users["cleo"]})
    assert (await standin.wait_for_response(used)).content == "settings of cleo"


async def test_a_second_answer_is_refused_with_40060(standin: StandIn) -> None:
    ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
    await standin.wait_for_response(await standin.slash(ben, code, "twice"))
    calls = standin.transcript
    await eventually(lambda: len(calls.matching("POST", "/callback")) == 2)
    assert [call.response["code"] for call in calls.matching("POST", "/callback")[1:]] == [40060]
