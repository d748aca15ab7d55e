"""Which commands an app has registered, and to whom they are offered where."""

from collections.abc import AsyncGenerator

import pytest

from bot.demo.state import Json
from tests.discord.standin_api import Api, FakeClock, connected_api


@pytest.fixture
async def api() -> AsyncGenerator[Api, None]:
    async with connected_api(FakeClock()) as api:
        yield api


async def test_commands_can_be_listed_added_changed_and_removed(api: Api) -> None:
    standin = api.standin
    every = f"/applications/{standin.bot_user_id}/commands"
    status, made = await api.call("POST", every, {"name": "new", "description": "New"})
    assert status == 201
    one = f"{every}/{made['id']}"
    assert (await api.call("PATCH", one, {"description": "Newer"}))[1]["id"] == made["id"]
    assert (await api.call("GET", one))[1]["description"] == "Newer"
    assert [c["name"] for c in (await api.call("GET", every))[1]] == ["run", "new"]
    assert (await api.call("DELETE", one))[0] == 204
    assert (await api.call("GET", one))[1]["code"] == 10063


async def test_a_guilds_commands_are_its_own(api: Api) -> None:
    standin = api.standin
    first, second = standin.guilds
    path = f"/applications/{standin.bot_user_id}/guilds/{second.id}/commands"
    commands: list[Json] = [
        {"name": "here", "description": "Only here"},
        {"name": "admin", "description": "For who manages", "default_member_permissions": "32"},
    ]
    assert (await api.call("PUT", path, commands))[0] == 200
    ben, ada = standin.users["ben"], standin.users["ada"]
    offered = standin.commands.available
    assert {c["name"] for c in offered(first.channels["code"], ada)} == {"run"}
    assert {c["name"] for c in offered(second.channels["general"], ben)} >= {"run", "here"}
    assert (await api.call("GET", "/applications/1/commands"))[1]["code"] == 50001
    assert (await api.call("GET", path.replace(str(second.id), "1")))[1]["code"] == 50001


@pytest.mark.parametrize(
    ("contexts", "in_guild", "in_dm"),
    [
        pytest.param(None, True, True, id="everywhere"),
        pytest.param([0], True, False, id="servers-only"),
        pytest.param([1], False, True, id="direct-messages-only"),
    ],
)
async def test_a_command_is_offered_where_its_contexts_say(
    api: Api, contexts: list[int] | None, in_guild: bool, in_dm: bool
) -> None:
    standin = api.standin
    path = f"/applications/{standin.bot_user_id}/commands"
    await api.call("PUT", path, [{"name": "run", "description": "d", "contexts": contexts}])
    ada = standin.users["ada"]
    code = standin.guilds[0].channels["code"]
    assert bool(standin.commands.available(code, ada)) is in_guild
    assert bool(standin.commands.available(standin.dm(ada), ada)) is in_dm


@pytest.mark.parametrize(
    ("given", "registered"),
    [
        pytest.param({}, [0, 1], id="left-out"),
        pytest.param({"integration_types": None}, [0, 1], id="null-as-discord-py-sends-it"),
        pytest.param({"integration_types": [0]}, [0], id="servers-alone"),
        pytest.param({"integration_types": [1]}, [1], id="people-alone"),
    ],
)
async def test_a_command_is_for_every_kind_of_installation_that_the_app_has_unless_it_says(
    api: Api, given: Json, registered: list[int]
) -> None:
    standin = api.standin
    path = f"/applications/{standin.bot_user_id}/commands"
    _, (command,) = await api.call("PUT", path, [{"name": "run", "description": "d", **given}])
    assert command["integration_types"] == registered
    elsewhere = standin.elsewhere.channels["general"]
    offered = standin.commands.available(elsewhere, standin.users["cleo"])
    assert bool(offered) is (1 in registered)


@pytest.mark.parametrize(("needs", "names"), [("0", {"ada"}), ("8192", {"ada", "ben"})])
async def test_a_command_is_offered_to_who_has_its_permissions(
    api: Api, needs: str, names: set[str]
) -> None:
    standin = api.standin
    path = f"/applications/{standin.bot_user_id}/commands"
    body: Json = {"name": "x", "description": "d", "default_member_permissions": needs}
    await api.call("PUT", path, [body])
    code = standin.guilds[0].channels["code"]
    offered = standin.commands.available
    assert {name for name, user in standin.users.items() if offered(code, user)} == names
