"""Menus that Discord fills: roles, channels and people."""

from collections.abc import AsyncGenerator

import discord
import pytest

from bot.demo import StandIn
from bot.demo.state import Json
from tests.discord.standin_api import Api, FakeClock, connected_api, option, row
from tests.discord.standin_client import Client, running


class Menus(discord.ui.View):
    @discord.ui.select(
        cls=discord.ui.ChannelSelect,
        custom_id="channels",
        channel_types=[discord.ChannelType.text],
        min_values=0,
        max_values=3,
    )
    async def channels(
        self, interaction: discord.Interaction, menu: discord.ui.ChannelSelect["Menus"]
    ) -> None:
        names = ", ".join(channel.name for channel in menu.values)
        await interaction.response.edit_message(content=f"channels: {names or 'none'}")

    @discord.ui.select(cls=discord.ui.RoleSelect, custom_id="roles", max_values=2)
    async def roles(
        self, interaction: discord.Interaction, menu: discord.ui.RoleSelect["Menus"]
    ) -> None:
        names = ", ".join(role.name for role in menu.values)
        await interaction.response.edit_message(content=f"roles: {names}")

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="people")
    async def people(
        self, interaction: discord.Interaction, menu: discord.ui.UserSelect["Menus"]
    ) -> None:
        await interaction.response.edit_message(content=f"people: {menu.values[0].name}")


class App(Client):
    async def answer(self, message: discord.Message) -> None:
        await message.reply("choose", view=Menus(timeout=None))


@pytest.fixture
async def standin() -> AsyncGenerator[StandIn, None]:
    async with StandIn() as standin, running(App(), standin):
        yield standin


async def test_what_is_chosen_arrives_as_discords_objects(standin: StandIn) -> None:
    ben, guild = standin.users["ben"], standin.guilds[0]
    code, bots = guild.channels["code"], guild.channels["bots"]
    reply = await standin.wait_for_reply(await standin.say(code, ben, f"{standin.mention} go"))
    for menu, values, said in (
        ("channels", [code, bots], "channels: code, bots"),
        ("channels", [], "channels: none"),
        ("roles", [guild.roles["moderator"]], "roles: moderator"),
        ("people", [standin.users["cleo"]], "people: cleo"),
    ):
        await standin.select(ben, reply, menu, [str(one.id) for one in values])
        await standin.wait_for_edit(reply)
        assert reply.content == said


async def test_nobody_chooses_what_is_not_there(standin: StandIn) -> None:
    ben, guild = standin.users["ben"], standin.guilds[0]
    code, role = guild.channels["code"], guild.roles["moderator"]
    reply = await standin.wait_for_reply(await standin.say(code, ben, f"{standin.mention} go"))
    elsewhere = standin.guilds[1].channels["general"]
    for menu, values in (
        ("channels", [str(elsewhere.id)]),
        ("channels", [str(role.id)]),
        ("channels", [str(code.id)] * 2),
        ("roles", []),
    ):
        with pytest.raises(ValueError, match=r"not offered|choose"):
            await standin.select(ben, reply, menu, values)


@pytest.fixture
async def api() -> AsyncGenerator[Api, None]:
    async with connected_api(FakeClock()) as api:
        yield api


def chosen(kind: str, *ids: object) -> list[Json]:
    return [{"id": str(id_), "type": kind} for id_ in ids]


@pytest.mark.parametrize(
    ("menu", "place"),
    [
        pytest.param({"type": 8, "default_values": chosen("role", 1)}, "type", id="kind"),
        pytest.param({"type": 6, "default_values": chosen("role", "x")}, "id", id="no-id"),
        pytest.param(
            {"type": 8, "default_values": chosen("channel", 1, 2)}, "length", id="more-than-may-be"
        ),
        pytest.param(
            {"type": 8, "max_values": 2, "default_values": chosen("channel", 1, 1)},
            "already contains",
            id="twice",
        ),
        pytest.param({"type": 8, "channel_types": [99]}, "channel_types", id="channel-type"),
        pytest.param(
            {"type": 3, "options": [option(n) | {"default": True} for n in range(2)]},
            "default",
            id="two-defaults-where-one-is-chosen",
        ),
    ],
)
async def test_menus_that_discord_refuses(api: Api, menu: Json, place: str) -> None:
    body = {"content": "x", "components": [row(menu | {"custom_id": "m"})]}
    status, answer = await api.call("POST", api.messages, body)
    assert (status, answer["code"]) == (400, 50035)
    assert place in str(answer["errors"])


async def test_menus_that_discord_takes(api: Api) -> None:
    menus = [
        {"type": 8, "min_values": 0, "max_values": 2, "channel_types": [0, 5]},
        {
            "type": 7,
            "max_values": 2,
            "default_values": [{"id": 1, "type": "user"}, *chosen("role", 2)],
        },
    ]
    rows = [row(menu | {"custom_id": str(n)}) for n, menu in enumerate(menus)]
    status, sent = await api.call("POST", api.messages, {"content": "x", "components": rows})
    assert status == 200
    assert sent["components"][1]["components"][0]["default_values"] == [
        {"id": "1", "type": "user"},
        {"id": "2", "type": "role"},
    ]
