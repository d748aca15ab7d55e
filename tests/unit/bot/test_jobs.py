"""Who may stop a program and type to it."""

import asyncio
from dataclasses import replace

import pytest

from bot.jobs import Jobs, UnderWay
from bot.models import Caller, Showing
from bot.policy import person_key
from executor import Job, Result, Run, SourceFile, Status
from tests.fakes import FakeExecutor, FakeWatcher

JOB = Job(id="job-1", language="python", files=(SourceFile(path="a.py", content=b""),), owner="x")
ASKER = Caller(user_id=1, channel_id=10, guild_id=100)
OWNER_ID = 2  # whose answer it becomes: the asker is a moderator who ran it again
OTHER = replace(ASKER, user_id=3)
CHANNEL_MODERATOR = replace(OTHER, is_moderator=True)
SERVER_MODERATOR = replace(CHANNEL_MODERATOR, moderates_server=True)


class SlowExecutor(FakeExecutor):
    """Starts nothing before it may."""

    def __init__(self) -> None:
        super().__init__()
        self.begins, self.may_start = asyncio.Event(), asyncio.Event()

    async def start(self, job: Job) -> Run:
        self.begins.set()
        await self.may_start.wait()
        return await super().start(job)


async def run(jobs: Jobs) -> Result:
    with jobs.under_way(ASKER, OWNER_ID) as asked:
        return await jobs.run(JOB, FakeWatcher(), Showing(), asked)


@pytest.mark.parametrize(
    ("presser", "may"),
    [
        pytest.param(ASKER, True, id="who-asked"),
        pytest.param(replace(ASKER, channel_id=11, guild_id=None), True, id="who-asked-directly"),
        pytest.param(replace(ASKER, user_id=OWNER_ID), True, id="whose-answer-it-is"),
        pytest.param(OTHER, False, id="somebody-else"),
        pytest.param(CHANNEL_MODERATOR, True, id="moderator-of-the-channel"),
        pytest.param(replace(CHANNEL_MODERATOR, channel_id=11), False, id="of-another-channel"),
        pytest.param(replace(SERVER_MODERATOR, channel_id=11), True, id="of-the-server"),
        pytest.param(replace(SERVER_MODERATOR, guild_id=101), False, id="of-another-server"),
        pytest.param(replace(SERVER_MODERATOR, is_moderator=False), False, id="shut-out-there"),
    ],
)
async def test_a_program_is_open_to(presser: Caller, *, may: bool) -> None:
    executor = FakeExecutor()
    executor.is_holding = True
    jobs = Jobs(executor, show_after_seconds=30)
    async with asyncio.TaskGroup() as group:
        group.create_task(run(jobs))
        await executor.started()
        while jobs.kept_from(JOB.id, OTHER) is None:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0)
        assert jobs.kept_from(JOB.id, presser) == (None if may else OWNER_ID)
        await executor.close()
    assert jobs.kept_from(JOB.id, OTHER) is None  # there is none of that id any more


@pytest.mark.parametrize(
    ("owner", "guild_id", "is_meant"),
    [
        pytest.param(None, None, True, id="everything"),
        pytest.param(person_key(ASKER.user_id), ASKER.guild_id, True, id="member-of-the-server"),
        pytest.param(person_key(ASKER.user_id), None, True, id="person"),
        pytest.param(person_key(OTHER.user_id), ASKER.guild_id, False, id="another-member"),
        pytest.param(None, 101, False, id="another-server"),
    ],
)
async def test_what_is_meant_is_stopped_before_it_runs(
    owner: str | None, guild_id: int, *, is_meant: bool
) -> None:
    executor = FakeExecutor()
    jobs = Jobs(executor, show_after_seconds=30)
    with jobs.under_way(ASKER) as asked:
        assert await jobs.stop_all(owner=owner, guild_id=guild_id) == is_meant
        assert await jobs.stop_all(owner=owner, guild_id=guild_id) == 0  # there is nothing new
        ended = await jobs.run(JOB, FakeWatcher(), Showing(), asked)
    assert len(executor.jobs) == (not is_meant)
    assert ended.status is (Status.CANCELLED if is_meant else Status.OK)
    assert await jobs.stop_all(owner=None, guild_id=None) == 0


async def test_what_is_stopped_while_it_is_started_is_cancelled() -> None:
    executor = SlowExecutor()
    executor.is_holding = True
    jobs = Jobs(executor, show_after_seconds=30)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(run(jobs))
        await executor.begins.wait()
        assert await jobs.stop_all(owner=None, guild_id=None) == 1
        executor.may_start.set()
    assert executor.runs[0].is_cancelled
    assert running.result().status is Status.CANCELLED


async def test_nothing_starts_after_the_end() -> None:
    executor = FakeExecutor()
    jobs = Jobs(executor, show_after_seconds=30)
    with jobs.under_way(ASKER) as before:
        await jobs.close()
        await jobs.run(JOB, FakeWatcher(), Showing(), before)
    await run(jobs)
    assert executor.jobs == []


async def under_way(jobs: Jobs, asked: list[UnderWay], caller: Caller = ASKER) -> Result:
    with jobs.under_way(caller, OWNER_ID) as one:
        asked.append(one)
        return await jobs.run(JOB, FakeWatcher(), Showing(), one)


@pytest.mark.parametrize(
    "user_id",
    [
        pytest.param(ASKER.user_id, id="who-asked"),
        pytest.param(OWNER_ID, id="whose-answer-it-becomes"),
    ],
)
async def test_of_who_is_forgotten_nothing_goes_on(user_id: int) -> None:
    executor, asked = FakeExecutor(), list[UnderWay]()
    executor.is_holding = True
    jobs = Jobs(executor, show_after_seconds=30)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(under_way(jobs, asked))
        await executor.started()
        await jobs.forget(OTHER.user_id)
        assert not asked[0].is_stopped
        assert not asked[0].is_forgotten
        await jobs.forget(user_id)
        assert running.done()  # so that nothing of it is written down after this
    assert asked[0].is_forgotten
    assert not asked[0].is_left
    executor.is_holding = False
    assert (await under_way(jobs, asked)).status is Status.OK
    assert not asked[1].is_forgotten


async def test_in_a_server_that_was_left_nothing_runs_until_the_bot_is_back() -> None:
    executor, asked, back = FakeExecutor(), list[UnderWay](), set[int]()
    executor.is_holding = True
    jobs = Jobs(executor, show_after_seconds=30)
    async with asyncio.TaskGroup() as group:
        group.create_task(under_way(jobs, asked))
        await executor.started()
        await jobs.leave(100, back.__contains__)
    executor.is_holding = False
    late = await under_way(jobs, asked)
    assert [one.is_left and one.is_forgotten for one in asked] == [True, True]
    assert late.status is Status.CANCELLED
    by_own_app = replace(ASKER, is_bot_member=False)
    assert (await under_way(jobs, asked, by_own_app)).status is Status.OK
    back.add(100)
    assert (await under_way(jobs, asked)).status is Status.OK
