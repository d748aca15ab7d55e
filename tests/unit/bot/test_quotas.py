"""When somebody may run something again, also where limits and clocks were changed meanwhile."""

from dataclasses import replace

from bot.models import Caller, Rules
from bot.quotas import HOUR_SECONDS, Quotas
from tests.contract_values import GUILD, MEMBER, NOW, counted
from tests.memory_store import MemoryStore

CALLER = Caller(user_id=MEMBER, channel_id=20, guild_id=GUILD)
DAY_SECONDS = 86_400.0


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


def rules(member: int | None = None, server: int | None = None) -> Rules:
    return replace(Rules(), member_runs_per_hour=member, server_runs_per_hour=server)


async def test_where_the_limit_was_lowered_the_wait_that_is_told_is_enough() -> None:
    clock, store = Clock(), MemoryStore()
    quotas = Quotas(store.quotas, now=clock)
    for _ in range(60):
        assert (await quotas.take(CALLER, rules(member=60))).wait_seconds == 0
        clock.now += 50
    told = await quotas.take(CALLER, rules(member=10))
    assert told.wait_seconds == HOUR_SECONDS - 10 * 50
    clock.now += told.wait_seconds + 1
    assert (await quotas.take(CALLER, rules(member=10))).wait_seconds == 0


async def test_a_clock_that_was_ahead_once_keeps_nobody_waiting() -> None:
    clock, store = Clock(), MemoryStore()
    quotas = Quotas(store.quotas, now=clock)
    clock.now += 30 * DAY_SECONDS
    await quotas.take(CALLER, rules(member=1))
    clock.now -= 30 * DAY_SECONDS
    assert (await quotas.take(CALLER, rules(member=1))).wait_seconds == 0
    assert (await quotas.take(CALLER, rules(member=1))).wait_seconds == HOUR_SECONDS
    again = Quotas(store.quotas, now=clock)
    assert (await again.take(CALLER, rules(member=1))).wait_seconds == HOUR_SECONDS


async def test_runs_of_one_moment_are_counted_each_and_given_back_each() -> None:
    store = MemoryStore()
    quotas = Quotas(store.quotas, now=Clock())
    taken = [await quotas.take(CALLER, rules(member=3)) for _ in range(3)]
    assert (await quotas.take(CALLER, rules(member=3))).wait_seconds > 0
    await quotas.give_back(CALLER, taken[1])
    assert await counted(store) == 2
    assert (await quotas.take(CALLER, rules(member=3))).wait_seconds == 0


async def test_what_a_member_may_and_what_the_server_may_both_hold() -> None:
    clock, store = Clock(), MemoryStore()
    quotas = Quotas(store.quotas, now=clock)
    other = replace(CALLER, user_id=MEMBER + 1)
    both = rules(member=2, server=3)
    for caller in (CALLER, other, CALLER):
        assert (await quotas.take(caller, both)).wait_seconds == 0
        clock.now += 60
    assert (await quotas.take(CALLER, both)).wait_seconds == HOUR_SECONDS - 180
    assert (await quotas.take(other, both)).wait_seconds == HOUR_SECONDS - 180
    clock.now += HOUR_SECONDS - 180 + 1
    assert (await quotas.take(other, both)).wait_seconds == 0
