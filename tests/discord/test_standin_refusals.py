"""Permissions, rate limits, faults and strangers."""

from collections.abc import AsyncGenerator

import aiohttp
import discord
import pytest

from bot.demo import Permission, StandIn, Upload
from bot.demo.state import Json
from tests.discord.standin_api import Api, FakeClock, connected_api
from tests.discord.standin_client import Client, running


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def api(clock: FakeClock) -> AsyncGenerator[Api, None]:
    async with connected_api(clock) as api:
        yield api


@pytest.mark.parametrize(
    ("permission", "body", "code"),
    [
        pytest.param(Permission.VIEW_CHANNEL, {"content": "x"}, 50001, id="view"),
        pytest.param(Permission.SEND_MESSAGES, {"content": "x"}, 50013, id="send"),
        pytest.param(Permission.EMBED_LINKS, {"embeds": [{"title": "x"}]}, 50013, id="embed"),
        pytest.param(
            Permission.READ_MESSAGE_HISTORY,
            {"content": "x", "message_reference": {"message_id": "1"}},
            160002,
            id="answer-without-history",
        ),
    ],
)
async def test_a_refused_permission_is_a_403(
    api: Api, permission: Permission, body: Json, code: int
) -> None:
    channel = api.standin.guilds[0].channels["code"]
    api.standin.faults.refuse(permission, channel)
    status, answer = await api.call("POST", api.messages, body)
    assert (status, answer["code"]) == (403, code)
    api.standin.faults.allow_again(channel)
    assert (await api.call("POST", api.messages, {"content": "x"}))[0] == 200


async def test_messages_of_others_cannot_be_changed(api: Api) -> None:
    standin = api.standin
    said = await standin.say(standin.guilds[0].channels["code"], standin.users["ben"], "mine")
    path = f"{api.messages}/{said.id}"
    assert (await api.call("PATCH", path, {"content": "yours"}))[1]["code"] == 50005
    assert (await api.call("DELETE", path))[1]["code"] == 50013


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        pytest.param("/channels/1", 404, 10003, id="channel"),
        pytest.param("/channels/nonsense", 404, 10003, id="not-a-number"),
        pytest.param("{messages}/1", 404, 10008, id="message"),
        pytest.param("/guilds/1", 404, 10004, id="guild"),
        pytest.param("/users/1", 404, 10013, id="user"),
        pytest.param("/nothing/here", 404, 0, id="route"),
    ],
)
async def test_what_is_not_there_is_a_404(api: Api, path: str, status: int, code: int) -> None:
    answer = await api.call("GET", path.format(messages=api.messages))
    assert (answer[0], answer[1]["code"]) == (status, code)


async def test_a_wrong_token_is_a_401(api: Api) -> None:
    headers = {"Authorization": "Bot nonsense"}
    assert (await api.call("GET", "/users/@me", headers=headers))[0] == 401


class Chatty(Client):
    async def answer(self, message: discord.Message) -> None:
        for number in range(6):
            await message.channel.send(str(number))


async def test_a_real_client_waits_out_a_429_and_loses_nothing() -> None:
    async with StandIn() as standin, running(Chatty(), standin):
        ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
        standin.faults.fail_next("POST", "/channels/*/messages", status=429, retry_after=0.02)
        await standin.say(code, ben, standin.mention)
        await standin.wait_for_message(lambda message: message.content == "4")
    statuses = [call.status for call in standin.transcript.matching("POST", "/messages")]
    assert statuses == [429, 200, 200, 200, 200, 200]


async def test_a_429_without_via_is_a_ban_and_not_retried() -> None:
    client = Client()
    async with StandIn() as standin, running(client, standin):
        channel = client.get_channel(standin.guilds[0].channels["code"].id)
        assert isinstance(channel, discord.TextChannel)
        standin.faults.fail_next("POST", "/channels/*/messages", status=429, via=False)
        with pytest.raises(discord.HTTPException) as caught:
            await channel.send("x")
    assert caught.value.status == 429


async def test_the_sixth_message_in_five_seconds_is_a_429(clock: FakeClock) -> None:
    async with StandIn(clock=clock) as standin:
        headers = {"Authorization": f"Bot {standin.token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            api = Api(standin, session)
            url = standin.api_url + api.messages
            left: list[tuple[int, str]] = []
            body: Json = {}
            for _ in range(6):
                async with session.post(url, json={"content": "x"}) as response:
                    left.append((response.status, response.headers["X-RateLimit-Remaining"]))
                    body = await response.json()
            assert left == [(200, str(n)) for n in (4, 3, 2, 1, 0)] + [(429, "0")]
            assert body["retry_after"] == 5.0
            clock.now += 5
            assert (await api.call("POST", api.messages, {"content": "x"}))[0] == 200


async def test_a_fault_gives_way_after_its_turn(api: Api) -> None:
    api.standin.faults.fail_next("GET", "/users/@me", status=403, code=50001, times=2)
    statuses = [(await api.call("GET", "/users/@me"))[0] for _ in range(3)]
    assert statuses == [403, 403, 200]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Host": "evil.example"}, 403, id="rebound-name"),
        pytest.param({"Origin": "http://evil.example"}, 403, id="other-site"),
        pytest.param({"Origin": "null"}, 403, id="sandboxed-page"),
        pytest.param({"Origin": "https://127.0.0.1:{port}"}, 403, id="other-scheme"),
        pytest.param({"Origin": "http://127.0.0.1:{port}"}, 200, id="own-page"),
        pytest.param({"Host": "localhost:{port}"}, 200, id="localhost"),
    ],
)
async def test_other_web_sites_on_this_machine_are_refused(
    api: Api, headers: dict[str, str], status: int
) -> None:
    port = api.standin.page_url.rsplit(":", 1)[1].strip("/")
    headers = {name: value.format(port=port) for name, value in headers.items()}
    url = f"{api.standin.api_url}/users/@me"
    async with aiohttp.ClientSession() as session:
        auth = {"Authorization": f"Bot {api.standin.token}"}
        async with session.get(url, headers=headers | auth) as response:
            assert response.status == status


async def test_a_file_made_by_a_program_cannot_run_on_the_page(api: Api) -> None:
    standin = api.standin
    uploads = [
        Upload(filename="a.html", content=b"<script>alert(1)</script>"),
        Upload(filename="a.svg", content=b"<svg/>"),
        Upload(filename="a.png", content=b"png"),
    ]
    said = await standin.say(
        standin.guilds[0].channels["code"], standin.users["ben"], "x", attachments=uploads
    )
    seen = []
    async with aiohttp.ClientSession() as session:
        for attachment in said.attachments:
            async with session.get(attachment.url) as response:
                assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                kind = response.headers["Content-Disposition"].split(";")[0]
                seen.append((response.headers["Content-Type"], kind))
    binary = ("application/octet-stream", "attachment")
    assert seen == [binary, binary, ("image/png", "inline")]
