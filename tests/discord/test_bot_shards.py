"""As many shards as Discord recommends, started as it asks."""

import asyncio

import pytest

from bot.app import run_bot
from bot.client import Identifies
from bot.demo import StandIn
from tests.discord.bot_client import HI, bot_config, running_bot
from tests.discord.standin_api import FakeClock
from tests.discord.standin_client import eventually, pointed_at
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore

WAIT_SECONDS = 30


async def answer_in(standin: StandIn, index: int) -> str:
    channel = standin.guilds[index].channels["general"]
    asked = await standin.say(channel, standin.users["ben"], f"{standin.mention} {HI}")
    reply = await standin.wait_for_reply(asked, WAIT_SECONDS)
    return str(reply.embeds[0]["description"])


async def test_a_thousand_servers_need_two_shards_and_both_answer(executor: FakeExecutor) -> None:
    async with StandIn() as standin:
        standin.found_guilds(1000, channels=1, roles=0)
        async with running_bot(standin, executor):
            await eventually(lambda: standin.identify_count == 2, WAIT_SECONDS)
            said = [await answer_in(standin, index) for index in (0, 1)]
    assert ["hi" in one for one in said] == [True, True]
    assert (standin.guilds[0].id >> 22) % 2 != (standin.guilds[1].id >> 22) % 2


async def test_when_servers_outgrow_the_shards_there_are_more_of_them(
    standin: StandIn, executor: FakeExecutor
) -> None:
    async with running_bot(standin, executor) as bot:
        standin.found_guilds(2500, channels=1, roles=0)
        await standin.invalidate_sessions()
        await eventually(lambda: standin.identify_count == 1 + 3, WAIT_SECONDS)
        assert "hi" in (await bot.answer_to(HI)).embeds[0]["description"]


async def test_sessions_that_discord_finds_too_early_are_tried_again(
    executor: FakeExecutor,
) -> None:
    clock = FakeClock()
    async with StandIn(clock=clock, paces_identifies=True) as standin:
        standin.found_guilds(1000, channels=1, roles=0)
        async with running_bot(standin, executor):
            await eventually(lambda: standin.identify_count == 1, WAIT_SECONDS)
            clock.now += 5
            await eventually(lambda: standin.identify_count == 2, WAIT_SECONDS)


async def test_when_a_day_s_sessions_are_used_up_none_is_tried(
    standin: StandIn, executor: FakeExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(1000):
        standin.world.clock()
        standin.session_starts.take(0)
    stop = asyncio.Event()
    async with pointed_at(standin), asyncio.TaskGroup() as group:
        group.create_task(
            run_bot(bot_config(standin), executor, MemoryStore(), token=standin.token, stop=stop)
        )
        await eventually(lambda: "no further connection" in caplog.text, WAIT_SECONDS)
        stop.set()
    assert standin.identify_count == 0


class Slept:
    """Stands in for time: sleeping is what lets it pass."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += max(0.0, seconds)


async def starts(concurrency: int, shards: list[int]) -> list[float]:
    """Return when each shard was let start a session."""
    clock = Slept()
    identifies = Identifies(every_seconds=5, clock=clock, sleep=clock.sleep)
    identifies.max_concurrency = concurrency
    times = []
    for shard in shards:
        await identifies.wait(shard)
        times.append(clock.now)
    return times


@pytest.mark.parametrize(
    ("concurrency", "expected"),
    [pytest.param(1, [0, 5, 10, 15], id="one-at-a-time"), pytest.param(2, [0, 0, 5, 5], id="two")],
)
async def test_shards_start_as_far_apart_as_discord_asks(
    concurrency: int, expected: list[float]
) -> None:
    assert await starts(concurrency, [0, 1, 2, 3]) == expected


async def test_a_session_that_ended_starts_again_after_a_random_while() -> None:
    times = {(await starts(1, [0, 0]))[1] for _ in range(10)}
    assert all(5 <= seconds <= 10 for seconds in times)
