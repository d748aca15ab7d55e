"""``codecage up`` as a newcomer starts it: a process, an address, a message on the page, an answer."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from bot.demo import StandIn
from bot.store import open_sqlite
from bot.store.postgreslock import sole_user_of_database
from bot.store.sole import sole_user_of_token
from tests.discord.bot_client import is_placeholder
from tests.postgres import find_postgres, running_postgres

ROOT = Path(__file__).resolve().parents[2]

START_SECONDS = 30.0

pytestmark = pytest.mark.sandbox


@asynccontextmanager
async def started_up(
    folder: Path, data: str = "data", command: str = "up", **environ: str
) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    """Start ``codecage up`` in an empty folder, as somebody who configured nothing."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "bot.cli",
        *command.split(),
        cwd=folder,
        env={
            **inherited,
            "PYTHONPATH": str(ROOT),
            "CODECAGE_DATA_DIR": str(folder / data),
            **environ,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def page_address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        line = (await process.stdout.readline()).decode()
    found = re.search(r"http://127\.0\.0\.1:\d+/", line)
    if not found:
        assert process.stderr is not None
        pytest.fail(f"{line!r}\n{(await process.stderr.read()).decode()}")
    return found[0]


async def refusal(process: asyncio.subprocess.Process) -> str:
    """Return the sentence with which it did not start."""
    async with asyncio.timeout(60):
        _, error = await process.communicate()
    assert process.returncode == 3
    assert "Traceback" not in error.decode()
    (line,) = [line for line in error.decode().splitlines() if line.startswith("Error: ")]
    return line


async def get(session: aiohttp.ClientSession, path: str, **query: str) -> Any:  # noqa: ANN401
    async with session.get(f"/demo/api/{path}", params=query) as response:
        assert response.status == 200
        return await response.json()


async def ask_on_the_page(address: str, program: str) -> dict[str, Any]:
    """Send a mention as the page does, and return the bot's first finished answer."""
    async with aiohttp.ClientSession(base_url=address) as session, asyncio.timeout(30):
        world = await get(session, "world")
        user, channel = world["users"][0]["id"], world["guilds"][0]["channels"][0]["id"]
        said = {
            "user": user,
            "channel": channel,
            "content": f"<@{world['bot']['id']}> ```py\n{program}\n```",
        }
        async with session.post("/demo/api/act/say", json=said) as response:
            assert response.status == 200
        while True:
            seen = await get(session, "channel", user=user, channel=channel)
            for message in seen["messages"]:
                embeds = message["embeds"]
                if embeds and not embeds[0]["title"].startswith("⏳"):
                    answer: dict[str, Any] = embeds[0]
                    return answer
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_newcomer_gets_an_answer_and_a_signal_ends_it(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with started_up(tmp_path) as process:
        address = await page_address(process)
        answer = await ask_on_the_page(address, 'print("hi")')
        assert answer["description"] == "```\nhi\n```"
        process.send_signal(number)
        async with asyncio.timeout(15):
            assert await process.wait() == 0


async def test_the_bot_s_secrets_do_not_reach_a_program(tmp_path: Path) -> None:
    async with started_up(tmp_path, MY_MARKER="1") as process:
        address = await page_address(process)
        answer = await ask_on_the_page(address, "import os; print('MY_MARKER' in os.environ)")
        assert answer["description"] == "```\nFalse\n```"


async def test_a_second_one_takes_another_port(tmp_path: Path) -> None:
    async with started_up(tmp_path, "a") as one, started_up(tmp_path, "b") as two:
        assert await page_address(one) != await page_address(two)


async def test_when_the_launcher_dies_it_ends_with_a_status_that_a_supervisor_sees(
    tmp_path: Path,
) -> None:
    async with started_up(tmp_path) as process:
        address = await page_address(process)
        await ask_on_the_page(address, 'print("hi")')
        (launcher,) = [
            child
            for child in psutil.Process(process.pid).children()
            if "<codecage launcher>" in " ".join(child.cmdline())
        ]
        launcher.kill()
        assert "launcher has ended" in await refusal(process)


def on(standin: StandIn) -> dict[str, str]:
    """Return what leads a process to a stand-in of the test's own, as if that were Discord."""
    return {
        "DISCORD_TOKEN": standin.token,
        "CODECAGE_DISCORD_API_URL": standin.api_url,
        "CODECAGE_DISCORD_GATEWAY_URL": standin.gateway_url,
    }


async def hi(standin: StandIn) -> str:
    """Ask for something, and return what is answered."""
    channel = standin.guilds[0].channels["code"]
    text = f'{standin.mention} ```py\nprint("hi")\n```'
    asked = await standin.say(channel, standin.users["ben"], text)
    reply = await standin.wait_for_message(
        lambda m: m.reply_to is asked and not is_placeholder(m), START_SECONDS
    )
    return str(reply.embeds[0]["description"])


async def test_a_broken_store_stops_the_start_with_the_way_out(
    tmp_path: Path, standin: StandIn
) -> None:
    store = tmp_path / "data" / "codecage.db"
    store.parent.mkdir()
    store.write_text("this is no database\n" * 100)
    async with started_up(tmp_path, **on(standin)) as process:
        assert f"mv {store} {store}.broken" in await refusal(process)


async def test_a_second_one_with_the_same_store_is_refused_until_the_first_is_killed(
    tmp_path: Path,
) -> None:
    async with started_up(tmp_path) as first:
        address = await page_address(first)
        async with started_up(tmp_path) as second:
            told = await refusal(second)
        assert f"Another codecage is running with the data folder {tmp_path / 'data'}" in told
        assert "CODECAGE_DATA_DIR=FOLDER" in told
        answer = await ask_on_the_page(address, 'print("hi")')
        assert answer["description"] == "```\nhi\n```"
        first.kill()
        await first.wait()
        async with started_up(tmp_path) as third:
            await page_address(third)


async def test_a_second_one_with_the_same_token_is_refused(tmp_path: Path) -> None:
    api_url = "http://127.0.0.1:1/api"
    token = f"of-{tmp_path.name}-{os.getpid()}"
    environ = {"DISCORD_TOKEN": token, "CODECAGE_DISCORD_API_URL": api_url}
    with sole_user_of_token(token, api_url):
        for command in ("up", "bot"):
            async with started_up(tmp_path, command=command, **environ) as process:
                told = await refusal(process)
            assert "Another codecage on this machine is running with the same token" in told


async def test_the_chat_page_leaves_the_store_of_real_servers_alone(
    tmp_path: Path, standin: StandIn
) -> None:
    store = tmp_path / "data" / "codecage.db"
    async with started_up(tmp_path, command="bot", **on(standin)):
        assert "hi" in await hi(standin)
    kept = await replies_in(store)
    async with started_up(tmp_path) as process:
        await ask_on_the_page(await page_address(process), 'print("hi")')
        process.send_signal(signal.SIGTERM)
        await process.wait()
    assert await replies_in(store) == kept == 1
    assert await replies_in(store.with_name("demo.db")) == 1
    async with started_up(tmp_path) as process:
        await page_address(process)
        assert await replies_in(store.with_name("demo.db")) == 0


async def replies_in(store: Path) -> int:
    async with open_sqlite(store) as opened:
        return len(await opened._engine.fetch("SELECT reply_id FROM replies"))


async def test_another_application_s_token_is_refused(tmp_path: Path, standin: StandIn) -> None:
    async with started_up(tmp_path, command="bot", **on(standin)):
        assert "hi" in await hi(standin)
    async with StandIn() as other, started_up(tmp_path, command="bot", **on(other)) as process:
        told = await refusal(process)
    assert f"application {standin.world.bot.id}, but the token is of {other.world.bot.id}" in told


async def test_backups_checks_and_the_api_alone_work_beside_it(
    tmp_path: Path, standin: StandIn
) -> None:
    async with started_up(tmp_path, command="bot", **on(standin)):
        await standin.wait_until_connected(START_SECONDS)
        for command in ("store backup copy.db", "store check"):
            async with started_up(tmp_path, command=command) as beside, asyncio.timeout(30):
                assert await beside.wait() == 0
        assert (tmp_path / "copy.db").stat().st_size
        async with started_up(tmp_path, command="store restore copy.db") as refused:
            assert "in use: stop the bot first" in await refusal(refused)
        async with started_up(tmp_path, command="serve", CODECAGE_HTTP_PORT="0") as api:
            assert api.stdout is not None
            async with asyncio.timeout(30):
                assert b"http://127.0.0.1:" in await api.stdout.readline()


async def test_the_store_may_be_in_postgresql(tmp_path: Path, standin: StandIn) -> None:
    programs = find_postgres()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install -y postgresql")
    with running_postgres(programs) as server:
        url = server.fresh()
        environ = {**on(standin), "CODECAGE_STORE_URL": url}
        async with started_up(tmp_path, command="bot", **environ) as process:
            assert "hi" in await hi(standin)
            environ["DISCORD_TOKEN"] = "another"  # noqa: S105 - made up
            async with started_up(tmp_path, "other", "bot", **environ) as second:
                told = await refusal(second)
            assert "Another codecage is running with the store postgresql://" in told
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(15):
                assert await process.wait() == 0
        assert server.execute("SELECT count(*) FROM replies", url) == [(1,)]
    assert not (tmp_path / "data" / "codecage.db").exists()


@pytest.mark.full
async def test_who_lost_its_place_in_postgresql_to_another_bot_ends_with_a_sentence(
    tmp_path: Path, standin: StandIn
) -> None:
    programs = find_postgres()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install -y postgresql")
    with running_postgres(programs) as server:
        url = server.fresh()
        environ = {**on(standin), "CODECAGE_STORE_URL": url}
        async with started_up(tmp_path, command="bot", **environ) as process:
            await standin.wait_until_connected(START_SECONDS)
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name LIKE 'codecage lock %'"
            )
            async with sole_user_of_database(url):
                told = await refusal(process)
    assert "Another codecage is running with the store postgresql://" in told
