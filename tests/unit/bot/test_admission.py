"""Who is let in, and what a run costs in waits and quotas, through the whole service."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

import pytest

from bot.models import Caller, Reply, Rules, Tone
from bot.policy import WAITING_PER_MEMBER
from bot.settings.values import ServerSettings
from executor import (
    BackendUnavailableError,
    ExecutorError,
    InvalidJobError,
    Job,
    QueueFullError,
    RateLimitedError,
    Result,
    Status,
)
from tests.asking import ELSEWHERE, GUILD, MEMBER, OTHER, Asking, store_with
from tests.contract_values import counted
from tests.fakes import FakeExecutor
from tests.results import result, step


@pytest.fixture
async def executor() -> AsyncIterator[FakeExecutor]:
    fake = FakeExecutor()
    yield fake
    await fake.close()


async def test_a_member_waits_as_long_as_the_server_wants(executor: FakeExecutor) -> None:
    store = await store_with(ServerSettings(cooldown_seconds=10))
    asking = Asking(executor, store, Rules(cooldown_seconds=2))
    await asking.ask()
    asking.clock.now += 6
    early = await asking.ask()
    assert (early.tone, "in 4 s" in early.description) == (Tone.REFUSED, True)
    assert (await asking.ask(caller=ELSEWHERE)).tone is Tone.OK
    assert (await asking.ask(caller=OTHER)).tone is Tone.OK
    asking.clock.now += 4
    assert (await asking.ask()).tone is Tone.OK


async def test_a_member_has_so_many_runs_per_hour(executor: FakeExecutor) -> None:
    asking = Asking(executor, await store_with(ServerSettings(member_runs_per_hour=2)))
    for _ in range(2):
        assert (await asking.ask()).tone is Tone.OK
        asking.clock.now += 60
    refused = await asking.ask()
    assert refused.tone is Tone.REFUSED
    assert "the next one is free in 58 min" in refused.description
    assert (await asking.ask(caller=OTHER)).tone is Tone.OK
    assert (await asking.ask(caller=ELSEWHERE)).tone is Tone.OK
    asking.clock.now += 58 * 60 - 4
    assert "is free in 4 s" in (await asking.ask()).description
    asking.clock.now += 5
    assert (await asking.ask()).tone is Tone.OK


async def test_a_server_has_so_many_runs_per_hour(executor: FakeExecutor) -> None:
    asking = Asking(executor, await store_with(ServerSettings(server_runs_per_hour=2)))
    assert (await asking.ask()).tone is Tone.OK
    assert (await asking.ask(caller=OTHER)).tone is Tone.OK
    assert (await asking.ask(caller=OTHER)).tone is Tone.REFUSED
    assert (await asking.ask(caller=ELSEWHERE)).tone is Tone.OK


async def test_quotas_outlive_a_restart(executor: FakeExecutor) -> None:
    store = await store_with(ServerSettings(member_runs_per_hour=1))
    assert (await Asking(executor, store).ask()).tone is Tone.OK
    assert (await Asking(executor, store).ask()).tone is Tone.REFUSED


async def test_what_is_refused_anyway_uses_no_quota(executor: FakeExecutor) -> None:
    asking = Asking(executor, await store_with(ServerSettings(member_runs_per_hour=1)))
    assert (await asking.ask("```cobol\n1\n```")).tone is Tone.REFUSED
    assert (await asking.ask()).tone is Tone.OK


async def all_at_once(asking: Asking, callers: Sequence[Caller]) -> list[Reply]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(asking.ask(caller=caller)) for caller in callers]
    return [task.result() for task in tasks]


NOTHING_RAN = [
    pytest.param(QueueFullError("full", retry_after_seconds=3), id="full-queue"),
    pytest.param(RateLimitedError("slow", retry_after_seconds=3), id="rate-limit"),
    pytest.param(BackendUnavailableError("no sandbox"), id="no-sandbox"),
    pytest.param(InvalidJobError("odd"), id="invalid-job"),
]


@pytest.mark.parametrize("refusal", NOTHING_RAN)
@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(ServerSettings(member_runs_per_hour=1), id="member-s-quota"),
        pytest.param(ServerSettings(server_runs_per_hour=1), id="server-s-quota"),
        pytest.param(ServerSettings(cooldown_seconds=3600), id="server-s-wait"),
    ],
)
async def test_what_the_executor_refuses_costs_nothing(
    executor: FakeExecutor, refusal: ExecutorError, settings: ServerSettings
) -> None:
    asking = Asking(executor, await store_with(settings), Rules(cooldown_seconds=60))
    executor.refusal = refusal
    for _ in range(3):
        assert (await asking.ask()).tone in (Tone.REFUSED, Tone.OURS)
    executor.refusal = None
    assert (await asking.ask()).tone is Tone.OK
    assert (await asking.ask()).tone is Tone.REFUSED


async def test_a_run_that_ended_for_want_of_a_sandbox_costs_nothing(
    executor: FakeExecutor,
) -> None:
    asking = Asking(executor, await store_with(ServerSettings(member_runs_per_hour=1)))
    answer, executor.answer = executor.answer, lambda _: BackendUnavailableError("gone")
    assert (await asking.ask()).tone is Tone.OURS
    executor.answer = answer
    assert (await asking.ask()).tone is Tone.OK


@pytest.mark.parametrize(
    "failed",
    [
        pytest.param(
            lambda job: result(
                step(b"", status=Status.INTERNAL_ERROR), job_id=job.id, language=job.language
            ),
            id="a-result-that-says-so",
        ),
        pytest.param(lambda _: RuntimeError("a mistake of ours"), id="an-unforeseen-error"),
    ],
)
@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(ServerSettings(member_runs_per_hour=1), id="member-s-quota"),
        pytest.param(ServerSettings(server_runs_per_hour=1), id="server-s-quota"),
        pytest.param(ServerSettings(cooldown_seconds=3600), id="server-s-wait"),
    ],
)
async def test_what_fails_by_our_fault_costs_nothing(
    executor: FakeExecutor, settings: ServerSettings, failed: Callable[[Job], Result | Exception]
) -> None:
    asking = Asking(executor, await store_with(settings))
    answer, executor.answer = executor.answer, failed
    for _ in range(3):
        assert (await asking.ask()).tone is Tone.OURS
    executor.answer = answer
    assert (await asking.ask()).tone is Tone.OK
    assert (await asking.ask()).tone is Tone.REFUSED


async def test_what_a_member_s_program_does_wrong_counts(executor: FakeExecutor) -> None:
    asking = Asking(executor, await store_with(ServerSettings(member_runs_per_hour=1)))
    ended = step(b"", status=Status.RUNTIME_ERROR, exit_code=1)
    executor.answer = lambda job: result(ended, job_id=job.id, language=job.language)
    assert (await asking.ask()).tone is Tone.FAILED
    assert (await asking.ask()).tone is Tone.REFUSED


async def test_what_a_quota_refuses_starts_no_wait(executor: FakeExecutor) -> None:
    settings = ServerSettings(member_runs_per_hour=1, cooldown_seconds=1800)
    asking = Asking(executor, await store_with(settings))
    await asking.ask()
    asking.clock.now += 3590
    assert "is free in 10 s" in (await asking.ask()).description
    asking.clock.now += 11
    assert (await asking.ask()).tone is Tone.OK


async def test_of_runs_at_once_as_many_count_as_run(executor: FakeExecutor) -> None:
    store = await store_with(ServerSettings(server_runs_per_hour=3))
    store.is_slow = True
    asking = Asking(executor, store)
    callers = [replace(MEMBER, user_id=number) for number in range(8)]
    executor.refusal = QueueFullError("full", retry_after_seconds=3)
    assert {reply.tone for reply in await all_at_once(asking, callers)} == {Tone.REFUSED}
    executor.refusal = None
    assert await counted(store, guild_id=GUILD) == 0
    replies = await all_at_once(asking, callers)
    assert sum(reply.tone is Tone.OK for reply in replies) == 3
    assert await counted(store, guild_id=GUILD) == 3


async def test_messages_at_once_do_not_pass_what_one_member_may_have_under_way(
    executor: FakeExecutor,
) -> None:
    store = await store_with(ServerSettings(server_runs_per_hour=100))
    store.is_slow = True
    asking = Asking(executor, store)
    executor.is_holding = True
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(asking.ask()) for _ in range(12)]
        await executor.started(1 + WAITING_PER_MEMBER)
        async with asyncio.timeout(30):
            refused = 12 - 1 - WAITING_PER_MEMBER
            while sum(task.done() for task in tasks) < refused:  # noqa: ASYNC110 - nobody is told
                await asyncio.sleep(0)
        await executor.close()
    assert len(executor.jobs) == 1 + WAITING_PER_MEMBER
    executor.is_holding = False
    assert (await asking.ask()).tone is Tone.OK


async def test_a_run_that_cannot_be_uncounted_is_refused_in_a_sentence_all_the_same(
    executor: FakeExecutor,
) -> None:
    store = await store_with(ServerSettings(member_runs_per_hour=1))
    asking = Asking(executor, store)

    def breaks(_: Job) -> Exception:
        store.is_broken = True
        return QueueFullError("full", retry_after_seconds=3)

    executor.answer = breaks
    assert "Too many programs are waiting" in (await asking.ask()).description


async def test_nothing_runs_while_nobody_can_tell_who_is_blocked(executor: FakeExecutor) -> None:
    store = await store_with(ServerSettings(member_runs_per_hour=1))
    asking = Asking(executor, store)
    await asking.ask()
    store.is_broken = True
    assert (await asking.ask()).tone is Tone.OURS
    assert len(executor.jobs) == 1
