"""The chat page's own API, without a browser: what one person sees and may do."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest

from bot.demo import Message, StandIn
from bot.demo.permissions import Permission
from bot.demo.state import Json, Overwrite
from tests.discord.standin_api import Api, FakeClock, connected_api, form


class Person:
    """Somebody's page, as requests."""

    def __init__(self, standin: StandIn, session: aiohttp.ClientSession, name: str) -> None:
        self.standin = standin
        self.user = standin.users[name]
        self._session = session

    @property
    def code(self) -> str:
        return str(self.standin.guilds[0].channels["code"].id)

    async def act(self, action: str, **payload: object) -> tuple[int, Any]:
        url = f"{self.standin.page_url}demo/api/act/{action}"
        body: Json = {"user": str(self.user.id), "channel": self.code} | payload
        async with self._session.post(url, json=body) as response:
            return response.status, await response.json()

    async def read(self, path: str, **query: str) -> tuple[int, Any]:
        url = f"{self.standin.page_url}demo/api/{path}"
        async with self._session.get(url, params={"user": str(self.user.id)} | query) as response:
            known = response.status == 200
            return response.status, await (response.json() if known else response.text())


@pytest.fixture
async def api() -> AsyncGenerator[Api, None]:
    async with connected_api(FakeClock()) as api:
        yield api


@pytest.fixture
def people(api: Api) -> dict[str, Person]:
    return {name: Person(api.standin, api.session, name) for name in api.standin.users}


async def said_by(api: Api, name: str) -> Message:
    return await api.standin.say(
        api.standin.guilds[0].channels["code"], api.standin.users[name], "hello"
    )


async def test_the_world_is_that_of_the_person(people: dict[str, Person]) -> None:
    _, ada = await people["ada"].read("world")
    _, cleo = await people["cleo"].read("world")
    assert [guild["name"] for guild in ada["guilds"]] == [
        "Codecage demo",
        "Second server",
        "Server without codecage",
    ]
    assert [guild["name"] for guild in cleo["guilds"]] == [
        "Codecage demo",
        "Server without codecage",
    ]
    assert ada["dm"]["id"] != cleo["dm"]["id"]
    assert [one["role"] for one in ada["users"]] == ["owner", "moderator", "member", "member"]


async def test_a_thread_lies_below_its_channel_and_has_a_name_of_its_own(
    people: dict[str, Person],
) -> None:
    cleo = people["cleo"]
    _, made = await cleo.act("thread", name="help")
    _, world = await people["ben"].read("world")
    threads = {one["name"]: one["threads"] for one in world["guilds"][0]["channels"]}
    assert threads["code"] == [{"id": made["channel_id"], "name": "help"}]
    assert threads["general"] == []
    status, answer = await cleo.act("thread", name="help")
    assert (status, "already" in answer["error"]) == (400, True)


async def test_a_hidden_channel_is_not_there(api: Api, people: dict[str, Person]) -> None:
    channel = api.standin.guilds[0].channels["code"]
    cleo = people["cleo"]
    hide = Overwrite(id=cleo.user.id, kind=1, deny=Permission.VIEW_CHANNEL)
    channel.overwrites.append(hide)
    assert (await cleo.read("channel", channel=cleo.code))[0] == 404
    assert (await people["ben"].read("channel", channel=cleo.code))[0] == 200
    _, world = await cleo.read("world")
    assert [one["name"] for one in world["guilds"][0]["channels"]] == ["general", "bots"]


async def test_somebody_elses_direct_messages_are_not_there(people: dict[str, Person]) -> None:
    _, world = await people["ada"].read("world")
    assert (await people["ben"].read("channel", channel=world["dm"]["id"]))[0] == 404


@pytest.mark.parametrize(
    ("action", "payload", "why"),
    [
        pytest.param("edit", {"content": "x"}, "your own", id="edit-of-another"),
        pytest.param("delete", {}, "your own", id="delete-of-another"),
        pytest.param("click", {"custom_id": "x"}, "no component", id="no-such-button"),
        pytest.param("select", {"custom_id": "x", "values": []}, "no comp", id="no-menu"),
        pytest.param("menu", {"name": "x"}, "no command 'x'", id="no-such-command"),
        pytest.param("slash", {"name": "x", "options": {}}, "are: run", id="no-slash"),
        pytest.param("modal", {"modal": "1", "values": {}}, "no longer", id="no-window"),
        pytest.param("say", {"content": " "}, "text or a file", id="nothing-to-say"),
        pytest.param("thread", {"name": " "}, "1 to 100", id="thread-without-a-name"),
        pytest.param("thread", {"name": "x" * 101}, "1 to 100", id="thread-with-a-long-name"),
        pytest.param("say", {"content": "x" * 4001}, "4000", id="too-much-to-say"),
    ],
)
async def test_what_a_person_may_not_do_is_told_in_a_sentence(
    api: Api, people: dict[str, Person], action: str, payload: Json, why: str
) -> None:
    message = await said_by(api, "ben")
    status, answer = await people["cleo"].act(action, **({"message": str(message.id)} | payload))
    assert status == 400
    assert why in answer["error"]
    assert not message.deleted
    assert message.revisions == 0


async def test_a_moderator_may_delete_what_a_member_said(
    api: Api, people: dict[str, Person]
) -> None:
    message = await said_by(api, "cleo")
    assert await people["ben"].act("delete", message=str(message.id)) == (200, {})
    assert message.deleted
    status, answer = await people["ben"].act("delete", message=str(message.id))
    assert (status, answer["error"]) == (400, "that message is gone")


async def test_an_edit_a_reaction_and_its_end(api: Api, people: dict[str, Person]) -> None:
    message = await said_by(api, "ben")
    assert await people["ben"].act("edit", message=str(message.id), content="new") == (200, {})
    await people["cleo"].act("react", message=str(message.id), emoji="👍")
    assert message.reactions == {"👍": [people["cleo"].user.id]}
    await people["cleo"].act("react", message=str(message.id), emoji="👍")
    assert (message.content, message.reactions) == ("new", {})


async def test_a_window_is_shown_to_its_person_only(api: Api, people: dict[str, Person]) -> None:
    ben, standin = people["ben"], api.standin
    text = {"type": 4, "custom_id": "code", "style": 2}
    data: Json = {
        "title": "Run",
        "custom_id": "m",
        "components": [{"type": 18, "label": "Code", "component": text}],
    }
    answered = []

    async def answer_with_a_window() -> None:
        used = await standin.world.hub.wait_until(
            lambda: next(iter(standin.interactions.open()), None), 5.0
        )
        path = f"/interactions/{used.id}/{used.token}/callback"
        answered.append(await api.call("POST", path, {"type": 9, "data": data}))

    async with asyncio.TaskGroup() as group:
        group.create_task(answer_with_a_window())
        status, body = await ben.act("slash", name="run", options={})
    assert (status, body["modal"]["title"], answered) == (200, "Run", [(204, None)])
    values = {"code": "x"}
    status, refused = await people["cleo"].act("modal", modal=body["modal"]["id"], values=values)
    assert (status, refused["error"]) == (400, "the window was opened for ben")


async def test_a_person_without_an_account_is_refused(api: Api) -> None:
    url = f"{api.standin.page_url}demo/api/world?user=1"
    async with api.session.get(url) as response:
        assert response.status == 400


async def test_events_reach_only_who_may_see_them(api: Api) -> None:
    standin = api.standin
    events = f"{standin.page_url}demo/events?user={standin.users['cleo'].id}"
    async with api.session.ws_connect(events) as ws:
        ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
        await standin.say(standin.dm(ben), ben, "private")
        said = await standin.say(code, ben, "public")
        standin.world.typing(code, ben)
        await standin.delete(said)
        heard = [await ws.receive_json(timeout=5) for _ in range(3)]
    assert [event["type"] for event in heard] == [
        "MESSAGE_CREATE",
        "TYPING_START",
        "MESSAGE_DELETE",
    ]
    assert heard[0]["message"]["content"] == "public"
    assert heard[2]["message_id"] == str(said.id)


async def test_another_site_cannot_open_the_stream(api: Api) -> None:
    events = f"{api.standin.page_url}demo/events?user={api.standin.users['ada'].id}"
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await api.session.ws_connect(events, headers={"Origin": "http://evil.example"})
    assert caught.value.status == 403


async def test_another_site_cannot_post(api: Api) -> None:
    url = f"{api.standin.page_url}demo/api/act/say"
    headers = {"Origin": "http://evil.example"}
    async with api.session.post(url, data=form([], content="x"), headers=headers) as response:
        assert response.status == 403
    assert api.standin.world.messages == {}


@pytest.mark.parametrize(
    ("path", "kind"),
    [("", "text/html"), ("page/app.js", "text/javascript"), ("page/style.css", "text/css")],
)
async def test_the_pages_files_carry_a_strict_policy(api: Api, path: str, kind: str) -> None:
    async with api.session.get(api.standin.page_url + path) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == f"{kind}; charset=utf-8"
        policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["page/nothing.js", "page/../state.py", "page/%2e%2e%2fstate.py"])
async def test_nothing_else_is_served(api: Api, path: str) -> None:
    async with api.session.get(api.standin.page_url + path) as response:
        assert response.status == 404
