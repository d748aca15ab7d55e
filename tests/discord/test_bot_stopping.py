"""A stop takes nothing new, lets what runs end, and never outstays what runs may take."""

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

import pytest

from bot.app import run_bot
from bot.demo import StandIn
from tests.discord.bot_client import HI, bot_config, is_placeholder, running_bot
from tests.discord.controls import controls_of
from tests.discord.standin_client import eventually, pointed_at
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 30
SLOW = "```py\nimport time\nprint('begun', flush=True)\ntime.sleep({})\nprint('done')\n```"


async def test_a_stop_lets_what_runs_end_and_takes_nothing_new(
    standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    async with running_bot(standin, executor, drain_seconds=WAIT_SECONDS) as bot:
        asked = await bot.ask(HI)
        run = await executor.started()
        bot.stop.set()
        late = await bot.ask(HI, user=bot.cleo)
        refusal = await standin.wait_for_reply(late, WAIT_SECONDS)
        run.finish(executor.answer(run.job))
        reply = await standin.wait_for_message(
            lambda m: m.reply_to is asked and not is_placeholder(m), WAIT_SECONDS
        )
        assert bot.task is not None
        async with asyncio.timeout(WAIT_SECONDS):
            await asyncio.wait([bot.task])
    assert "restarted" in refusal.embeds[0]["description"]
    assert "Run again" in controls_of(refusal)
    assert "hi" in reply.embeds[0]["description"]
    assert len(executor.jobs) == 1


async def test_what_does_not_end_in_time_is_stopped_and_says_so(
    standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    async with running_bot(standin, executor, drain_seconds=0.1) as bot:
        asked = await bot.ask(HI)
        run = await executor.started()
        bot.stop.set()
        reply = await standin.wait_for_message(
            lambda m: m.reply_to is asked and not is_placeholder(m), WAIT_SECONDS
        )
    assert run.is_cancelled
    assert "restarted" in reply.embeds[0]["description"]
    assert "Run again" in controls_of(reply)


async def test_a_stop_with_nothing_to_do_is_at_once(
    standin: StandIn, executor: FakeExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    async with running_bot(standin, executor, drain_seconds=3600) as bot:
        await bot.answer_to(HI)
        await eventually(lambda: "connected as" in caplog.text)
    assert bot.task is not None
    assert bot.task.done()


@pytest.mark.parametrize("after_seconds", [0.0, 0.005, 0.02, 0.05])
async def test_a_stop_during_the_login_is_no_failure(
    standin: StandIn, executor: FakeExecutor, after_seconds: float
) -> None:
    stop = asyncio.Event()
    async with pointed_at(standin), asyncio.TaskGroup() as group:
        group.create_task(
            run_bot(bot_config(standin), executor, MemoryStore(), token=standin.token, stop=stop)
        )
        await asyncio.sleep(after_seconds)
        stop.set()
    assert executor.jobs == []


@pytest.mark.sandbox
@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    "second",
    [
        pytest.param(None, id="no-second-one"),
        pytest.param(signal.SIGTERM, id="sigterm", marks=pytest.mark.full),
        pytest.param(signal.SIGINT, id="sigint", marks=pytest.mark.full),
    ],
)
async def test_a_process_ends_after_its_runs_and_at_a_second_signal_at_once(
    standin: StandIn, tmp_path: Path, second: signal.Signals | None
) -> None:
    process = await started(standin, tmp_path)
    try:
        await standin.wait_until_connected(WAIT_SECONDS)
        seconds = 3 if second is None else 9
        asked = await standin.say(
            standin.guilds[0].channels["code"],
            standin.users["ben"],
            f"{standin.mention} {SLOW.format(seconds)}",
        )
        reply = await standin.wait_for_message(
            lambda m: m.reply_to is asked and "begun" in str(m.embeds), WAIT_SECONDS
        )
        process.send_signal(signal.SIGTERM)
        if second is not None:
            await asyncio.sleep(0.5)
            process.send_signal(second)
        async with asyncio.timeout(WAIT_SECONDS):
            code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if second is None:
        assert (code, is_placeholder(reply)) == (0, False)
        assert "done" in reply.embeds[0]["description"]
    else:
        assert code != 0
        assert is_placeholder(reply)


async def started(standin: StandIn, folder: Path) -> asyncio.subprocess.Process:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "bot.cli", "bot"),
        cwd=folder,
        env={
            **inherited,
            "PYTHONPATH": str(ROOT),
            "CODECAGE_DATA_DIR": str(folder / "data"),
            "CODECAGE_DISCORD_API_URL": standin.api_url,
            "CODECAGE_DISCORD_GATEWAY_URL": standin.gateway_url,
            "DISCORD_TOKEN": standin.token,
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
