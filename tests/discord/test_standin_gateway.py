"""Logging in, losing the connection, shards."""

import asyncio

import aiohttp
import discord
import pytest

from bot.demo import StandIn
from tests.discord.standin_client import MENTIONS_ONLY, Client, eventually, pointed_at, running


async def test_login_shows_the_seeded_servers() -> None:
    client = Client()
    async with StandIn() as standin, running(client, standin):
        names = {guild.name: [c.name for c in guild.text_channels] for guild in client.guilds}
        demo = discord.utils.get(client.guilds, name="Codecage demo")
        assert demo is not None
        permissions = demo.text_channels[0].permissions_for(demo.me)
    assert names == {"Codecage demo": ["general", "code", "bots"], "Second server": ["general"]}
    assert client.user is not None
    assert client.user.name == "codecage"
    assert permissions.send_messages
    assert not permissions.administrator


async def test_a_wrong_token_fails_at_login() -> None:
    async with StandIn() as standin, pointed_at(standin), Client() as client:
        with pytest.raises(discord.LoginFailure):
            await client.login("wrong")


async def test_an_intent_that_was_not_granted_closes_with_4014() -> None:
    client = Client(intents=discord.Intents(guilds=True, message_content=True))
    granted_none = discord.Intents(message_content=True).value
    async with StandIn(disallowed_intents=granted_none) as standin, pointed_at(standin):
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await client.start(standin.token)
        await client.close()


async def test_close_4000_resumes_and_nothing_is_lost() -> None:
    client = Client()
    async with StandIn() as standin, running(client, standin):
        ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
        await standin.drop_gateway(4000)
        for number in range(3):
            await standin.say(code, ben, f"{standin.mention} {number}")
        await eventually(lambda: len(client.heard) == 3)
    assert [message.content[-1] for message in client.heard] == ["0", "1", "2"]
    assert client.resumes == standin.resume_count == 1
    assert standin.identify_count == 1


async def test_a_reconnect_request_resumes() -> None:
    client = Client()
    async with StandIn() as standin, running(client, standin):
        await standin.ask_reconnect()
        await eventually(lambda: client.resumes == 1)
    assert standin.identify_count == 1


async def test_an_invalid_session_identifies_anew() -> None:
    client = Client()
    async with StandIn() as standin, running(client, standin):
        await standin.invalidate_sessions(resumable=False)
        await eventually(lambda: standin.identify_count == 2)
        ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
        await standin.wait_until_connected()
        await standin.say(code, ben, f"{standin.mention} hi")
        await eventually(lambda: client.heard)
    assert standin.resume_count == 0


class Sharded(discord.AutoShardedClient):
    def __init__(self) -> None:
        super().__init__(shard_count=2, intents=MENTIONS_ONLY, guild_ready_timeout=0.05)
        self.heard: list[tuple[int, str]] = []

    async def on_message(self, message: discord.Message) -> None:
        assert message.guild is not None
        self.heard.append((message.guild.shard_id, message.guild.name))

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord's five seconds between shards are not what is tested here."""


async def test_each_shard_hears_its_own_servers_only() -> None:
    client = Sharded()
    async with StandIn() as standin, running(client, standin):
        for guild in standin.guilds:
            await standin.say(guild.channels["general"], standin.users["ben"], standin.mention)
        await eventually(lambda: len(client.heard) == 2)
        shards = {(guild.id >> 22) % 2 for guild in standin.guilds}
        expected = {((guild.id >> 22) % 2, guild.name) for guild in standin.guilds}
    assert set(client.heard) == expected
    assert shards == {0, 1}


@pytest.mark.parametrize(
    ("packets", "code"),
    [
        pytest.param(['{"op": 2, "d": {"token": "no"}}'], 4004, id="wrong-token"),
        pytest.param(['{"op": 3, "d": {}}'], 4003, id="presence-before-identify"),
        pytest.param(["nonsense"], 4002, id="not-json"),
        pytest.param(['{"op": 1, "d": "' + "x" * 4096 + '"}'], 4002, id="too-large"),
        pytest.param(["{identify}", "{identify}"], 4005, id="identified-twice"),
        pytest.param(["{identify}", '{"op": 99}'], 4001, id="unknown-opcode"),
    ],
)
async def test_a_broken_client_is_closed_with_a_code(packets: list[str], code: int) -> None:
    async with StandIn() as standin, aiohttp.ClientSession() as session:
        identify = (
            f'{{"op": 2, "d": {{"token": "{standin.token}", "intents": 0, "properties": {{}}}}}}'
        )
        async with session.ws_connect(standin.gateway_url) as ws:
            for packet in packets:
                await ws.send_str(packet.replace("{identify}", identify))
            async with asyncio.timeout(5):
                async for _ in ws:
                    pass
    assert ws.close_code == code


async def test_a_session_that_is_not_known_cannot_be_resumed() -> None:
    async with (
        StandIn() as standin,
        aiohttp.ClientSession() as session,
        session.ws_connect(standin.gateway_url) as ws,
    ):
        await ws.receive_json()
        data = {"token": standin.token, "session_id": "gone", "seq": 1}
        await ws.send_json({"op": 6, "d": data})
        assert await ws.receive_json() == {"op": 9, "d": False}


async def test_a_beating_client_is_acknowledged() -> None:
    async with (
        StandIn(heartbeat_seconds=7) as standin,
        aiohttp.ClientSession() as session,
        session.ws_connect(standin.gateway_url) as ws,
    ):
        hello = await ws.receive_json()
        await ws.send_json({"op": 1, "d": None})
        assert (await ws.receive_json())["op"] == 11
    assert hello == {"op": 10, "d": {"heartbeat_interval": 7000}}


async def test_only_loopback_is_served() -> None:
    with pytest.raises(ValueError, match="not a loopback address"):
        StandIn(host="0.0.0.0")  # noqa: S104 - it must be refused


async def test_a_bot_that_is_gone_before_its_heartbeats_are_answered_is_no_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with StandIn() as standin:
        for _ in range(5):
            async with aiohttp.ClientSession() as session:
                ws = await session.ws_connect(standin.gateway_url)
                await ws.receive_json()
                for _ in range(50):
                    await ws.send_json({"op": 1, "d": None})
            # The session goes without a word to the other side.
        await asyncio.sleep(0.2)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
