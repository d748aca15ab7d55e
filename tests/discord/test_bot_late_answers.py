"""Answers that take longer than the quarter of an hour that Discord gives an interaction."""

from collections.abc import AsyncGenerator

import pytest

from bot.demo import StandIn
from executor import StageStarted
from tests.discord.bot_client import Bot, is_placeholder, running_bot
from tests.discord.controls import controls_of
from tests.discord.standin_api import FakeClock
from tests.fakes import FakeExecutor

CODE = 'print("hi")'


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def bot(clock: FakeClock, executor: FakeExecutor) -> AsyncGenerator[Bot, None]:
    async with (
        StandIn(clock=clock, rate_limits=False) as standin,
        running_bot(standin, executor) as running,
    ):
        yield running


async def test_a_command_gets_its_answer_after_twenty_minutes(
    bot: Bot, clock: FakeClock, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    used = await bot.standin.slash(bot.ben, bot.code, "run", {"language": "py", "code": CODE})
    run = await executor.started()
    run.emit(StageStarted("run"))
    reply = await bot.standin.wait_for_response(used)
    await bot.standin.wait_for_edit(reply, is_placeholder)
    clock.now += 1200
    run.finish(executor.answer(run.job))
    await bot.standin.wait_for_edit(reply, lambda m: "hi" in m.embeds[0]["description"])


async def test_a_button_gets_its_answer_after_twenty_minutes(
    bot: Bot, clock: FakeClock, executor: FakeExecutor
) -> None:
    reply = await bot.answer_to()
    executor.is_holding = True
    await bot.standin.click(bot.ben, reply, controls_of(reply)["Run again"])
    run = await executor.started(2)
    clock.now += 1200
    run.finish(executor.answer(run.job))
    await bot.standin.wait_for_edit(reply, lambda m: not is_placeholder(m))
    assert "Finished" in reply.embeds[0]["title"]
