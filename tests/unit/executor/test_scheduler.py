import asyncio

import pytest

from executor.errors import QueueFullError
from executor.fairqueue import Capacity
from executor.scheduler import Scheduler, Ticket


def scheduler(*, waiting: int = 10, jobs: int = 1, compiles: int = 1) -> Scheduler:
    limit = Capacity(jobs=jobs, memory_bytes=1000)
    return Scheduler(waiting=waiting, limit=limit, compiles=compiles)


def enqueue(queue: Scheduler, owner: str, positions: list[int] | None = None) -> Ticket:
    return queue.enqueue(
        owner=owner,
        memory_bytes=1,
        on_position=None if positions is None else positions.append,
    )


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_free_scheduler_lets_a_job_in_at_once_and_reports_no_position() -> None:
    queue = scheduler()
    positions: list[int] = []
    async with enqueue(queue, "a", positions):
        assert (queue.running, queue.waiting) == (1, 0)
    assert (queue.running, queue.waiting) == (0, 0)
    assert positions == []


async def test_a_waiting_job_hears_each_new_position_once() -> None:
    queue = scheduler()
    first, second = enqueue(queue, "a"), enqueue(queue, "b")
    positions: list[int] = []
    third = enqueue(queue, "c", positions)
    assert positions == [2]
    enqueue(queue, "d")
    assert positions == [2]
    first.release()
    assert positions == [2, 1]
    second.release()
    async with third:
        assert positions == [2, 1]


async def test_jobs_run_in_turn() -> None:
    queue = scheduler()
    order: list[str] = []

    async def job(name: str, ticket: Ticket) -> None:
        async with ticket:
            order.append(name)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for name in ("a1", "a2", "b1"):
            group.create_task(job(name, enqueue(queue, name[0])))
    assert order == ["a1", "b1", "a2"]


async def test_a_full_queue_is_an_immediate_error_with_a_time_to_wait() -> None:
    queue = scheduler(waiting=1)
    tickets = [enqueue(queue, "a"), enqueue(queue, "b")]
    with pytest.raises(QueueFullError, match=r"full \(1 waiting\); try again in 1 s\.") as caught:
        enqueue(queue, "c")
    assert caught.value.retry_after_seconds == 1.0
    for ticket in tickets:
        ticket.release()
    enqueue(queue, "c").release()


async def test_cancelling_a_wait_leaves_no_trace() -> None:
    queue = scheduler()
    first = enqueue(queue, "a")
    waiting = enqueue(queue, "b")
    last = enqueue(queue, "c")

    async def wait() -> None:
        async with waiting:
            pytest.fail("it had no turn")

    async with asyncio.TaskGroup() as group:
        task = group.create_task(wait())
        await settle()
        task.cancel()
    assert queue.waiting == 1
    first.release()
    async with last:
        assert (queue.running, queue.waiting) == (1, 0)


async def test_cancelling_in_the_moment_of_the_turn_gives_it_back() -> None:
    queue = scheduler()
    first, second = enqueue(queue, "a"), enqueue(queue, "b")

    async def run() -> None:
        async with second:
            await asyncio.sleep(3600)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(run())
        await settle()
        first.release()
        task.cancel()
    assert (queue.running, queue.waiting) == (0, 0)


async def test_an_error_inside_gives_the_turn_back() -> None:
    queue = scheduler()
    with pytest.raises(RuntimeError, match="inside"):
        async with enqueue(queue, "a"):
            raise RuntimeError("inside")
    assert queue.running == 0


async def test_releasing_twice_takes_nobody_elses_turn() -> None:
    queue = scheduler()
    first = enqueue(queue, "a")
    first.release()
    second = enqueue(queue, "b")
    first.release()
    assert queue.running == 1
    second.release()


async def test_compile_slots_are_as_many_as_given() -> None:
    queue = scheduler(compiles=2)
    most = now = 0

    async def compile_something() -> None:
        nonlocal most, now
        async with queue.compile_slot():
            now += 1
            most = max(most, now)
            await settle()
            now -= 1

    async with asyncio.TaskGroup() as group:
        for _ in range(6):
            group.create_task(compile_something())
    assert most == 2


async def test_a_full_queue_says_so_until_a_place_is_free() -> None:
    queue = scheduler(waiting=1)
    enqueue(queue, "a")
    assert not queue.is_full
    waiting = enqueue(queue, "b")
    assert queue.is_full
    with pytest.raises(QueueFullError):
        enqueue(queue, "c")
    waiting.release()
    assert not queue.is_full
