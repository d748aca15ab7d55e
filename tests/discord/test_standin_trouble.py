"""What goes wrong at Discord, as the stand-in does it: lost answers, limits of all calls, shards."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest

from bot.demo import StandIn
from tests.discord.standin_api import Api, FakeClock, connected_api
from tests.discord.standin_client import Client, eventually, running


@pytest.fixture
async def api() -> AsyncGenerator[Api, None]:
    async with connected_api(FakeClock()) as api:
        yield api


async def test_an_answer_can_be_lost_after_the_work_is_done(api: Api) -> None:
    api.standin.faults.fail_next("POST", "/channels/*/messages", status=502, is_done=True)
    body = {"content": "hi", "nonce": "1", "enforce_nonce": True}
    assert (await api.call("POST", api.messages, body))[0] == 502
    status, sent = await api.call("POST", api.messages, body)
    assert status == 200
    code = api.standin.guilds[0].channels["code"]
    assert [str(message.id) for message in code.messages.values()] == [sent["id"]]


@pytest.mark.parametrize("is_done", [True, False], ids=["after-its-work", "before-its-work"])
async def test_a_connection_can_end_without_an_answer(api: Api, is_done: bool) -> None:
    api.standin.faults.hang_up_next("POST", "/channels/*/messages", is_done=is_done)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await api.call("POST", api.messages, {"content": "hi"})
    code = api.standin.guilds[0].channels["code"]
    assert len(code.messages) == is_done


async def test_a_limit_of_all_calls_says_so(api: Api) -> None:
    api.standin.faults.fail_next("GET", "/users/@me", status=429, is_global=True, retry_after=0.3)
    async with api.session.get(f"{api.standin.api_url}/users/@me") as response:
        assert (response.headers["X-RateLimit-Global"], response.status) == ("true", 429)
        assert response.headers["X-RateLimit-Scope"] == "global"
        assert (await response.json())["global"] is True


async def test_fifty_calls_a_second_are_the_most() -> None:
    async with StandIn(clock=FakeClock()) as standin, aiohttp.ClientSession() as session:
        api = Api(standin, session)
        session.headers["Authorization"] = f"Bot {standin.token}"
        answers = [await api.call("GET", "/users/@me") for _ in range(51)]
    assert [status for status, _ in answers] == [200] * 50 + [429]
    assert answers[-1][1]["global"] is True


async def test_a_deleted_channel_is_told_and_gone() -> None:
    client = Client()
    async with StandIn() as standin, running(client, standin):
        code = standin.guilds[0].channels["code"]
        said = await standin.say(code, standin.users["ben"], "hi")
        await standin.delete_channel(code)
        await eventually(lambda: client.get_channel(code.id) is None)
    assert said.deleted


@pytest.mark.parametrize(("servers", "shards"), [(0, 1), (998, 1), (999, 2), (1998, 2)], ids=str)
async def test_a_shard_for_each_thousand_servers_is_recommended(servers: int, shards: int) -> None:
    async with StandIn() as standin, aiohttp.ClientSession() as session:
        standin.found_guilds(servers, channels=1, roles=0)
        session.headers["Authorization"] = f"Bot {standin.token}"
        _, answer = await Api(standin, session).call("GET", "/gateway/bot")
    assert answer["shards"] == shards
    assert answer["session_start_limit"]["max_concurrency"] == 1


async def identify(
    standin: StandIn, session: aiohttp.ClientSession, shard: tuple[int, int]
) -> aiohttp.WSMessage:
    """Return the first thing after HELLO that a session of ``shard`` gets."""
    async with session.ws_connect(standin.gateway_url) as ws:
        await ws.receive_json()
        data = {"token": standin.token, "intents": 1, "properties": {}, "shard": shard}
        await ws.send_json({"op": 2, "d": data})
        return await ws.receive()


async def test_too_many_servers_on_one_shard_close_with_4011() -> None:
    async with StandIn() as standin, aiohttp.ClientSession() as session:
        standin.found_guilds(2499, channels=1, roles=0)
        refused = await identify(standin, session, (0, 1))
        taken = await identify(standin, session, (0, 2))
    assert refused.data == 4011
    assert taken.json()["t"] == "READY"


async def test_identifying_again_too_soon_ends_the_session() -> None:
    clock = FakeClock()
    async with (
        StandIn(clock=clock, paces_identifies=True) as standin,
        aiohttp.ClientSession() as session,
    ):
        first = await identify(standin, session, (0, 2))
        too_soon = await identify(standin, session, (1, 2))
        clock.now += 5
        later = await identify(standin, session, (1, 2))
        session.headers["Authorization"] = f"Bot {standin.token}"
        _, answer = await Api(standin, session).call("GET", "/gateway/bot")
    assert first.json()["t"] == later.json()["t"] == "READY"
    assert too_soon.json() == {"op": 9, "d": False}
    assert answer["session_start_limit"]["remaining"] == 997
