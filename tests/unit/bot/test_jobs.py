"""Who may stop a program and type to it."""

import asyncio
from dataclasses import replace

import pytest

from bot.jobs import Jobs
from bot.models import Caller, Showing
from executor import Job, SourceFile
from tests.fakes import FakeExecutor, FakeWatcher

JOB = Job(id="job-1", language="python", files=(SourceFile(path="a.py", content=b""),), owner="x")
ASKER = Caller(user_id=1, channel_id=10, guild_id=100)
OWNER_ID = 2  # whose answer it becomes: the asker is a moderator who ran it again
OTHER = replace(ASKER, user_id=3)
CHANNEL_MODERATOR = replace(OTHER, is_moderator=True)
SERVER_MODERATOR = replace(CHANNEL_MODERATOR, moderates_server=True)


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
        group.create_task(jobs.run(JOB, FakeWatcher(owner_id=OWNER_ID), Showing(), ASKER))
        await executor.started()
        while jobs.kept_from(JOB.id, OTHER) is None:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0)
        assert jobs.kept_from(JOB.id, presser) == (None if may else OWNER_ID)
        await executor.close()
    assert jobs.kept_from(JOB.id, OTHER) is None  # there is none of that id any more
