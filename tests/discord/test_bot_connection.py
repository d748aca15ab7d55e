import asyncio
import logging
from dataclasses import replace
from typing import Any

import pytest

from bot.app import run_bot
from bot.demo import StandIn
from bot.errors import LoginError
from tests.discord.bot_client import HI, Bot, bot_config
from tests.discord.standin_client import eventually, pointed_at
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore


async def test_a_wrong_token_is_explained(standin: StandIn, executor: FakeExecutor) -> None:
    async with pointed_at(standin):
        with pytest.raises(LoginError, match="Discord refused the token"):
            await run_bot(
                bot_config(standin),
                executor,
                MemoryStore(),
                token=f"not-{standin.token}",
                stop=asyncio.Event(),
            )


async def test_a_server_that_is_not_there_is_explained(executor: FakeExecutor) -> None:
    async with StandIn() as gone:
        config = bot_config(gone)
    async with pointed_at(gone):
        with pytest.raises(LoginError, match="cannot be reached"):
            await run_bot(config, executor, MemoryStore(), token=gone.token, stop=asyncio.Event())


async def test_without_any_server_the_bot_still_stops(
    standin: StandIn, executor: FakeExecutor
) -> None:
    nowhere = replace(bot_config(standin).discord, gateway_url="ws://127.0.0.1:9/gateway")
    config = replace(bot_config(standin), discord=nowhere)
    stop = asyncio.Event()
    async with pointed_at(standin), asyncio.timeout(5), asyncio.TaskGroup() as group:
        task = group.create_task(
            run_bot(config, executor, MemoryStore(), token=standin.token, stop=stop)
        )
        await eventually(lambda: standin.transcript.matching("PUT", "/commands"))
        stop.set()
    assert task.exception() is None


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"status": 403, "code": 50001}, id="forbidden"),
        pytest.param({"status": 429, "retry_after": 3600.0}, id="too-often-today"),
        pytest.param(None, id="no-answer"),
    ],
)
async def test_commands_that_cannot_be_registered_leave_mentions_working(
    standin: StandIn,
    executor: FakeExecutor,
    caplog: pytest.LogCaptureFixture,
    how: dict[str, Any] | None,
) -> None:
    if how is None:
        standin.faults.hang_up_next("PUT", "/applications/*/commands", times=9)
    else:
        standin.faults.fail_next("PUT", "/applications/*/commands", **how)
    stop = asyncio.Event()
    async with pointed_at(standin), asyncio.TaskGroup() as group:
        group.create_task(
            run_bot(bot_config(standin), executor, MemoryStore(), token=standin.token, stop=stop)
        )
        await standin.wait_until_connected()
        reply = await Bot(standin=standin, stop=stop).answer_to(HI)
        stop.set()
    assert "hi" in reply.embeds[0]["description"]
    assert "slash commands could not be registered" in caplog.text


async def test_cancelling_disconnects_and_stops_what_runs(
    standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    stop = asyncio.Event()
    async with pointed_at(standin), asyncio.TaskGroup() as group:
        task = group.create_task(
            run_bot(bot_config(standin), executor, MemoryStore(), token=standin.token, stop=stop)
        )
        await standin.wait_until_connected()
        await Bot(standin=standin, stop=stop).ask(HI)
        run = await executor.started()
        task.cancel()
    assert task.cancelled()
    assert run.is_cancelled


async def test_an_answer_that_discord_refuses_is_logged_and_the_next_one_works(
    bot: Bot, standin: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    standin.faults.fail_next("POST", "/channels/*/messages", status=400, code=50035)
    await bot.ask(HI)
    await eventually(lambda: "could not be answered" in caplog.text)
    assert "hi" in (await bot.answer_to(HI)).embeds[0]["description"]
