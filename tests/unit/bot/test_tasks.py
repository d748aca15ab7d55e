import asyncio
import logging

import pytest

from bot.tasks import Tasks


async def test_a_failure_is_logged_with_the_task_s_name(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise RuntimeError("broken")

    tasks = Tasks()
    tasks.spawn(fail(), name="my work")
    await tasks.close(1)
    (record,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert "my work" in record.getMessage()


async def test_closing_waits_for_what_ends_in_time_and_cancels_the_rest() -> None:
    ended: list[str] = []

    async def work(name: str, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
            ended.append(name)
        except asyncio.CancelledError:
            ended.append(f"{name} cancelled")
            raise

    tasks = Tasks()
    tasks.spawn(work("quick", 0.01), name="quick")
    tasks.spawn(work("slow", 60), name="slow")
    await tasks.close(0.1)
    assert ended == ["quick", "slow cancelled"]


async def test_nothing_to_close_is_fine() -> None:
    tasks = Tasks()
    await tasks.close(1)
    assert asyncio.all_tasks() == {asyncio.current_task()}
