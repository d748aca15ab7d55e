"""Who works on one answer, in what order; what is shown is tested end to end, in tests/discord."""

import asyncio

from bot.desk import Desk
from bot.models import Rules
from bot.records import Records
from bot.runlog import RunLog
from bot.service import RunService
from bot.settings.keeper import SettingsKeeper
from tests.admissions import admission
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore


def desk() -> Desk:
    service = RunService(FakeExecutor(), admission(Rules(cooldown_seconds=0)))
    store = MemoryStore()
    runlog = RunLog(store.runs, SettingsKeeper(store.settings, store.audits))
    return Desk(service, Records(store), runlog)


async def test_two_that_mean_the_same_answer_take_turns() -> None:
    shared, log = desk(), list[str]()

    async def work(name: str) -> None:
        async with shared.working_on(1):
            log.append(f"{name} begins")
            await asyncio.sleep(0.01)
            log.append(f"{name} ends")

    async with asyncio.TaskGroup() as group:
        for name in ("a", "b"):
            group.create_task(work(name))
    assert log == ["a begins", "a ends", "b begins", "b ends"]
    assert not shared.is_busy(1)


async def test_who_is_newer_makes_the_older_work_stale() -> None:
    shared, stale = desk(), dict[int, bool]()
    begun = asyncio.Event()

    async def work(number: int) -> None:
        async with shared.working_on(1) as turn:
            if number == 0:
                begun.set()
                await asyncio.sleep(0.05)
            stale[number] = turn.is_stale

    async with asyncio.TaskGroup() as group:
        group.create_task(work(0))
        await begun.wait()
        for number in range(1, 5):
            group.create_task(work(number))
    assert stale == {0: True, 1: True, 2: True, 3: True, 4: False}


async def test_an_answer_that_is_shown_and_still_written_down_is_not_busy_but_has_its_turn() -> (
    None
):
    shared, log = desk(), list[str]()

    async def press_again() -> None:
        async with shared.working_on(1) as turn:
            log.append("stale" if turn.is_stale else "new")

    async with asyncio.TaskGroup() as group, shared.working_on(1) as turn:
        assert shared.is_busy(1)
        turn.is_shown = True
        assert not shared.is_busy(1)
        group.create_task(press_again())
        await asyncio.sleep(0.01)
        log.append("written")
    assert log == ["written", "new"]


async def test_different_answers_and_new_ones_do_not_wait_for_each_other() -> None:
    shared = desk()
    async with (
        shared.working_on(1),
        shared.working_on(2),
        shared.working_on(None),
        shared.working_on(None) as turn,
    ):
        assert not turn.is_stale
        assert shared.is_busy(1)


async def test_who_is_cancelled_while_waiting_leaves_the_turn_to_the_others() -> None:
    shared = desk()
    async with asyncio.TaskGroup() as group, shared.working_on(1):

        async def wait() -> None:
            async with shared.working_on(1):
                raise AssertionError

        waiting = group.create_task(wait())
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.sleep(0.01)
    async with shared.working_on(1) as turn:
        assert not turn.is_stale


async def test_the_same_state_of_a_message_is_recognised() -> None:
    shared = desk()
    async with shared.working_on(1, b"digest"):
        assert shared.is_making(1, b"digest")
        assert not shared.is_making(1, b"other")
        assert not shared.is_making(2, b"digest")
    assert not shared.is_making(1, b"digest")


async def test_work_that_is_out_of_date_is_not_what_is_being_made() -> None:
    shared = desk()
    async with asyncio.TaskGroup() as group, shared.working_on(1, b"digest"):

        async def be_newer() -> None:
            async with shared.working_on(1, b"other"):
                pass

        group.create_task(be_newer())
        await asyncio.sleep(0.01)
        assert not shared.is_making(1, b"digest")
