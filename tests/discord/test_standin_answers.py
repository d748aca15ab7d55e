"""Answers to interactions: their clocks, and what Discord refuses."""

from collections.abc import AsyncGenerator

import discord
import pytest

from bot.demo import StandIn
from bot.demo.state import Json
from tests.discord.standin_api import Api, FakeClock, button, connected_api, row
from tests.discord.standin_client import Client, eventually, running


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def api(clock: FakeClock) -> AsyncGenerator[Api, None]:
    async with connected_api(clock) as api:
        yield api


ANSWER: Json = {"type": 4, "data": {"content": "hi"}}


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [pytest.param(2.9, (204, None), id="in-time"), pytest.param(3.1, (404, 10062), id="late")],
)
async def test_the_first_answer_must_come_within_three_seconds(
    api: Api, clock: FakeClock, seconds: float, expected: tuple[int, int | None]
) -> None:
    _, callback = await api.use()
    clock.now += seconds
    status, answer = await api.call("POST", callback, ANSWER)
    assert (status, answer and answer["code"]) == expected


async def test_a_second_answer_is_40060(api: Api) -> None:
    _, callback = await api.use()
    assert (await api.call("POST", callback, {"type": 5}))[0] == 204
    status, answer = await api.call("POST", callback, ANSWER)
    assert (status, answer["code"]) == (400, 40060)


async def test_the_token_works_for_fifteen_minutes(api: Api, clock: FakeClock) -> None:
    used, callback = await api.use()
    webhook = f"/webhooks/{api.standin.bot_user_id}/{used.token}"
    assert (await api.call("POST", webhook, {"content": "early"}))[1]["code"] == 10015
    await api.call("POST", callback, {"type": 5, "data": {"flags": 64}})
    clock.now += 899
    status, edited = await api.call("PATCH", f"{webhook}/messages/@original", {"content": "x"})
    assert (status, edited["content"], edited["flags"]) == (200, "x", 64)
    clock.now += 2
    status, answer = await api.call("PATCH", f"{webhook}/messages/@original", {"content": "y"})
    assert (status, answer["code"]) == (401, 50027)


async def test_the_first_followup_takes_the_place_of_thinking(api: Api) -> None:
    used, callback = await api.use()
    await api.call("POST", callback, {"type": 5})
    webhook = f"/webhooks/{api.standin.bot_user_id}/{used.token}"
    _, first = await api.call("POST", webhook, {"content": "one"})
    _, second = await api.call("POST", webhook, {"content": "two"})
    assert used.original is not None
    assert first["id"] == str(used.original.id) != second["id"]
    assert (await api.call("DELETE", f"{webhook}/messages/@original"))[0] == 204
    assert (await api.call("GET", f"{webhook}/messages/@original"))[1]["code"] == 10008
    _, again = await api.call("PATCH", f"{webhook}/messages/{second['id']}", {"content": "2"})
    assert again["content"] == "2"


def modal(**more: object) -> Json:
    text: Json = {"type": 4, "custom_id": "code", "style": 2}
    label: Json = {"type": 18, "label": "Code", "component": text}
    return {"type": 9, "data": {"title": "t", "custom_id": "m", "components": [label]} | more}


def label(text: str = "l", **component: object) -> Json:
    inner = {"type": 4, "custom_id": "c", "style": 1} | component
    return {"type": 18, "label": text, "component": inner}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        pytest.param(modal(title="x" * 46), "data.title", id="title"),
        pytest.param(modal(custom_id="x" * 101), "data.custom_id", id="custom-id"),
        pytest.param(modal(components=[label()] * 6), "data.components", id="six-inputs"),
        pytest.param(modal(components=[label("x" * 46)]), "data.components.0.label", id="label"),
        pytest.param(
            modal(components=[label(value="x" * 4001)]),
            "data.components.0.component.value",
            id="value",
        ),
        pytest.param(
            modal(components=[label(max_length=4001)]),
            "data.components.0.component.max_length",
            id="max-length",
        ),
        pytest.param(
            modal(components=[label(placeholder="x" * 101)]),
            "data.components.0.component.placeholder",
            id="placeholder",
        ),
        pytest.param(modal(components=[row(button())]), "data.components", id="button"),
        pytest.param({"type": 7, "data": {"content": "x"}}, "type", id="update-of-a-command"),
        pytest.param({"type": 8, "data": {"choices": []}}, "type", id="choices-for-a-command"),
        pytest.param({"type": 4, "data": {"content": "x" * 2001}}, "content", id="content"),
    ],
)
async def test_an_answer_that_discord_refuses_can_be_corrected(
    api: Api, body: Json, place: str
) -> None:
    _, callback = await api.use()
    status, answer = await api.call("POST", callback, body)
    assert (status, answer["code"]) == (400, 50035)
    node = answer["errors"]
    for step in place.split("."):
        node = node[step]
    assert (await api.call("POST", callback, ANSWER))[0] == 204


async def test_with_response_describes_the_message(api: Api) -> None:
    used, callback = await api.use()
    _, answer = await api.call("POST", f"{callback}?with_response=true", ANSWER)
    assert used.original is not None
    assert answer["interaction"]["response_message_id"] == str(used.original.id)
    assert answer["resource"]["message"]["content"] == "hi"


async def test_a_client_hears_of_a_refused_answer_to_an_interaction() -> None:
    client = Client()
    codes: list[int] = []

    @client.tree.command(description="Too long")
    async def long(interaction: discord.Interaction) -> None:
        try:
            await interaction.response.send_message("x" * 2001)
        except discord.HTTPException as error:
            codes.append(error.code)

    async with StandIn() as standin, running(client, standin):
        await client.tree.sync()
        await standin.slash(standin.users["ben"], standin.guilds[0].channels["code"], "long")
        await eventually(lambda: codes)
    assert codes == [50035]
