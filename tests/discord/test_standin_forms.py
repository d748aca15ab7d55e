"""The newer components, the other inputs of windows, and reading things back, with a real client."""

from collections.abc import AsyncGenerator
from typing import Any

import discord
import pytest

from bot.demo import StandIn, Upload
from bot.demo.state import Json
from tests.discord.standin_api import Api, FakeClock, button, connected_api, option, row
from tests.discord.standin_client import Client, running


class Everything(discord.ui.Modal, title="Everything"):
    """One input of each newer kind."""

    language: discord.ui.Label[Any] = discord.ui.Label(
        text="Language",
        component=discord.ui.Select(
            custom_id="language",
            options=[discord.SelectOption(label=name) for name in ("python", "c")],
        ),
    )
    files: discord.ui.Label[Any] = discord.ui.Label(
        text="Files", component=discord.ui.FileUpload(custom_id="files", max_values=2)
    )
    how: discord.ui.Label[Any] = discord.ui.Label(
        text="How",
        component=discord.ui.RadioGroup(
            custom_id="how",
            options=[discord.RadioGroupOption(label=name) for name in ("fast", "slow")],
        ),
    )
    flags: discord.ui.Label[Any] = discord.ui.Label(
        text="Flags",
        component=discord.ui.CheckboxGroup(
            custom_id="flags",
            max_values=2,
            options=[discord.CheckboxGroupOption(label=name) for name in ("a", "b")],
        ),
    )
    loud: discord.ui.Label[Any] = discord.ui.Label(
        text="Loud", component=discord.ui.Checkbox(custom_id="loud")
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        language, files, how, flags, loud = (
            label.component
            for label in (self.language, self.files, self.how, self.flags, self.loud)
        )
        assert isinstance(language, discord.ui.Select)
        assert isinstance(files, discord.ui.FileUpload)
        assert isinstance(how, discord.ui.RadioGroup)
        assert isinstance(flags, discord.ui.CheckboxGroup)
        assert isinstance(loud, discord.ui.Checkbox)
        contents = [(await one.read()).decode() for one in files.values]
        await interaction.response.send_message(
            f"{language.values} {contents} {how.value} {flags.values} {loud.value}"
        )


class Layout(discord.ui.LayoutView):
    """A message of the newer components."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        go: discord.ui.Button[Layout] = discord.ui.Button(label="go", custom_id="go")
        text: discord.ui.TextDisplay[Layout] = discord.ui.TextDisplay("# Result")
        box: discord.ui.Container[Layout] = discord.ui.Container(
            text,
            discord.ui.Separator(),
            discord.ui.Section("beside a button", accessory=go),
            discord.ui.File("attachment://out.txt"),
        )
        self.add_item(box)


class App(Client):
    async def setup_hook(self) -> None:
        @self.tree.command(description="Asks for everything")
        async def ask(interaction: discord.Interaction) -> None:
            await interaction.response.send_modal(Everything())

        await self.tree.sync()

    async def answer(self, message: discord.Message) -> None:
        await message.reply(view=Layout(), file=discord.File(__file__, filename="out.txt"))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        if interaction.data is not None and interaction.data.get("custom_id") == "go":
            await interaction.response.send_message("went", ephemeral=True)


@pytest.fixture
async def standin() -> AsyncGenerator[StandIn, None]:
    async with StandIn() as standin, running(App(), standin):
        yield standin


async def test_a_window_sends_every_kind_of_input(standin: StandIn) -> None:
    ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
    modal = await standin.wait_for_modal(await standin.slash(ben, code, "ask"))
    values = {
        "language": ["c"],
        "files": [Upload(filename=f"{n}.txt", content=b"%d" % n) for n in (1, 2)],
        "how": "slow",
        "flags": ["a", "b"],
        "loud": True,
    }
    response = await standin.wait_for_response(await standin.submit_modal(ben, modal, values))
    assert response.content == "['c'] ['1', '2'] slow ['a', 'b'] True"


async def test_a_message_of_the_newer_components(standin: StandIn) -> None:
    ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
    reply = await standin.wait_for_reply(await standin.say(code, ben, standin.mention))
    assert reply.flags & (1 << 15)
    used = await standin.click(ben, reply, "go")
    assert (await standin.wait_for_response(used)).content == "went"


async def test_a_client_reads_things_back() -> None:
    client = Client()
    async with StandIn() as standin, running(client, standin):
        ben, guild = standin.users["ben"], standin.guilds[0]
        user = await client.fetch_user(ben.id)
        assert (user.name, user.display_name, user.bot) == ("ben", "Ben", False)
        fetched = await client.fetch_guild(guild.id, with_counts=False)
        assert fetched.owner_id == standin.users["ada"].id
        member = await fetched.fetch_member(ben.id)
        assert [role.name for role in member.roles] == ["@everyone", "moderator"]
        channel = await client.fetch_channel(guild.channels["bots"].id)
        assert isinstance(channel, discord.TextChannel)
        assert (await client.application_info()).id == standin.bot_user_id
        assert [one.name async for one in client.fetch_guilds()] == [g.name for g in standin.guilds]
        dm = await user.send("psst")
        assert dm.channel.id == standin.dm(ben).id
        with pytest.raises(discord.NotFound):
            await fetched.fetch_member(1)
        with pytest.raises(discord.HTTPException, match="Cannot send messages to this user"):
            await (await client.fetch_user(standin.bot_user_id)).create_dm()


@pytest.fixture
async def api() -> AsyncGenerator[Api, None]:
    async with connected_api(FakeClock()) as api:
        yield api


V2 = 1 << 15


def text(content: str = "x") -> Json:
    return {"type": 10, "content": content}


@pytest.mark.parametrize(
    ("component", "place"),
    [
        pytest.param({"type": 17, "components": [{"type": 17}]}, "0.components.0.type", id="box"),
        pytest.param({"type": 9, "components": [text()]}, "0.accessory", id="no-accessory"),
        pytest.param(
            {"type": 9, "components": [text()] * 4, "accessory": button()}, "0.components", id="4"
        ),
        pytest.param(
            {"type": 9, "components": [text()], "accessory": text()}, "0.accessory.type", id="text"
        ),
        pytest.param({"type": 12, "items": []}, "0.items", id="empty-gallery"),
        pytest.param({"type": 12, "items": [{"media": {}}]}, "0.items.0.media.url", id="no-url"),
        pytest.param(row({"type": 4}), "0.components.0.type", id="text-input-in-a-message"),
        pytest.param(row(), "0.components", id="empty-row"),
        pytest.param(row(button(style=9)), "0.components.0.style", id="style"),
        pytest.param(row(button(label="")), "0.components.0", id="empty-button"),
        pytest.param(
            row({"type": 2, "style": 5, "label": "x"}), "0.components.0.url", id="link-without-url"
        ),
        pytest.param(
            row({"type": 3, "custom_id": "s", "max_values": 26, "options": [option(1)]}),
            "0.components.0.max_values",
            id="max-values",
        ),
        pytest.param(
            row({"type": 3, "custom_id": "s", "options": [option(1), option(1)]}),
            "0.components.0.options.1.value",
            id="value-twice",
        ),
    ],
)
async def test_components_that_discord_refuses(api: Api, component: Json, place: str) -> None:
    status, answer = await api.call("POST", api.messages, {"flags": V2, "components": [component]})
    assert (status, answer["code"]) == (400, 50035)
    node = answer["errors"]["components"]
    for step in place.split("."):
        node = node[step]
    assert node["_errors"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"nonsense", 50109, id="not-json"),
        pytest.param(b"[]", 50035, id="not-an-object"),
        pytest.param(b'{"content": "x", "flags": "y"}', 50035, id="flags"),
        pytest.param(b'{"embeds": "x"}', 50035, id="embeds"),
        pytest.param(b'{"embeds": ["x"]}', 50035, id="embed"),
        pytest.param(b"", 50006, id="nothing"),
    ],
)
async def test_a_body_that_is_no_form_is_refused(api: Api, body: bytes, code: int) -> None:
    url = api.standin.api_url + api.messages
    headers = {"Content-Type": "application/json"}
    async with api.session.post(url, data=body, headers=headers) as response:
        assert (response.status, (await response.json())["code"]) == (400, code)


async def test_too_many_bytes_in_the_newer_components_are_a_500_as_on_discord(api: Api) -> None:
    fits: Json = {"flags": V2, "components": [text("字" * 3390)]}
    assert (await api.call("POST", api.messages, fits))[0] == 200
    fails: Json = {"flags": V2, "components": [text("字" * 3391)]}
    assert (await api.call("POST", api.messages, fails))[0] == 500
