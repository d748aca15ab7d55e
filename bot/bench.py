"""Measures what the bot adds: from a member's message to the reply, beside the executor alone."""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app import run_bot
from bot.config import BotConfig, load_bot_config
from bot.demo import StandIn
from bot.models import Rules
from bot.store import open_sqlite
from executor import Executor, Job, SourceFile
from executor.bench import Sample, spread

_SOURCE = "print('hi')"
_SETTLE_SECONDS = 0.02


async def measure_replies(
    executor: Executor, *, runs: int, progress: Callable[[str], None]
) -> list[Sample]:
    """Return the time from mention to reply on the stand-in, beside the executor's own time.

    Both sides run the same program on the same executor, in turns.
    """
    progress("mention to reply")
    ours, alone = [], []
    async with StandIn(rate_limits=False) as standin, _connected_bot(standin, executor):
        await _ask(standin)  # the first one also makes the runner
        for _ in range(runs):
            await asyncio.sleep(_SETTLE_SECONDS)
            alone.append(await _run_alone(executor))
            await asyncio.sleep(_SETTLE_SECONDS)
            ours.append(await _ask(standin))
    added = [with_bot - without for with_bot, without in zip(ours, alone, strict=True)]
    return [
        Sample(
            name=f"mention to reply (adds {spread(added)[1]:.1f} ms)",
            n=runs,
            unit="ms",
            ours=spread(ours),
            baseline=spread(alone),
            baseline_name="the executor alone",
        )
    ]


@asynccontextmanager
async def _connected_bot(standin: StandIn, executor: Executor) -> AsyncGenerator[None, None]:
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        store = await stack.enter_async_context(open_sqlite(Path(folder) / "codecage.db"))
        group = await stack.enter_async_context(asyncio.TaskGroup())
        config = _config(standin)
        group.create_task(run_bot(config, executor, store, token=standin.token, stop=stop))
        try:
            await standin.wait_until_connected()
            yield
        finally:
            stop.set()


def _config(standin: StandIn) -> BotConfig:
    config = load_bot_config(environ={"DISCORD_TOKEN": standin.token})
    discord = replace(config.discord, api_url=standin.api_url, gateway_url=standin.gateway_url)
    return replace(config, discord=discord, policy=Rules(cooldown_seconds=0))


async def _ask(standin: StandIn) -> float:
    channel, user = standin.guilds[0].channels["code"], standin.users["ben"]
    began = time.perf_counter()
    asked = await standin.say(channel, user, f"{standin.mention} ```py\n{_SOURCE}\n```")
    reply = await standin.wait_for_reply(asked)
    took = time.perf_counter() - began
    if "hi" not in reply.embeds[0]["description"]:
        raise RuntimeError("the bot's reply is not the program's output")
    return took * 1000


async def _run_alone(executor: Executor) -> float:
    name = secrets.token_hex(8)
    file = SourceFile(path="main.py", content=_SOURCE.encode())
    began = time.perf_counter()
    run = await executor.start(Job(id=name, language="python", files=(file,), owner=name))
    await run.result()
    return (time.perf_counter() - began) * 1000
