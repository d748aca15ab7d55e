"""Settings, waits and quotas of servers, through the whole service."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

import pytest

from bot.models import Caller, Reply, Rules, Tone
from bot.parsing import parse
from bot.policy import WAITING_PER_MEMBER
from bot.service import RunService
from bot.settings.file import to_text
from bot.settings.keeper import ACTION
from bot.settings.values import Mode, Selection, ServerSettings
from bot.store import AuditEntry, Document
from executor import (
    BackendUnavailableError,
    ExecutorError,
    InvalidJobError,
    Job,
    Output,
    QueueFullError,
    RateLimitedError,
    Result,
    StageStarted,
    Status,
    Stream,
)
from tests.admissions import admission
from tests.asking import ask
from tests.contract_values import counted
from tests.fakes import FakeExecutor, FakeWatcher
from tests.memory_store import MemoryStore
from tests.results import result, step

GUILD = 100
MEMBER = Caller(user_id=1, channel_id=2, guild_id=GUILD)
OTHER = replace(MEMBER, user_id=9)
ELSEWHERE = replace(MEMBER, guild_id=200)
NO_COOLDOWN = Rules(cooldown_seconds=0)
HI = '```py\nprint("hi")\n```'


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def executor() -> AsyncIterator[FakeExecutor]:
    fake = FakeExecutor()
    yield fake
    await fake.close()


async def store_with(settings: ServerSettings) -> MemoryStore:
    store = MemoryStore()
    entry = AuditEntry(guild_id=GUILD, user_id=7, at=0, action=ACTION)
    await store.settings.put(Document(guild_id=GUILD, text=to_text(settings)), entry)
    return store


class Asking:
    """The service, and members that ask it."""

    def __init__(
        self, executor: FakeExecutor, store: MemoryStore, rules: Rules = NO_COOLDOWN
    ) -> None:
        self.clock = Clock()
        self.watcher = FakeWatcher()
        doorman = admission(rules, store, clock=self.clock, now=self.clock)
        self.service = RunService(executor, doorman, show_after_seconds=0.01)

    async def ask(self, text: str = HI, caller: Caller = MEMBER) -> Reply:
        return await ask(
            self.service, lambda names: parse(text, names), caller, watcher=self.watcher
        )


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


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param('```\nprint("hi")\n```', "bash", id="before-a-guess"),
        pytest.param("```\nnothing one can tell by\n```", "bash", id="instead-of-a-question"),
        pytest.param("```\n#!/usr/bin/env python3\n1\n```", "python", id="after-a-first-line"),
        pytest.param(HI, "python", id="after-a-tag"),
    ],
)
async def test_what_names_no_language_is_in_the_servers_usual_one(
    executor: FakeExecutor, text: str, language: str
) -> None:
    asking = Asking(executor, await store_with(ServerSettings(default_language="bash")))
    reply = await asking.ask(text)
    assert [job.language for job in executor.jobs] == [language]
    assert ("as is usual on this server" in reply.description) == (language == "bash")


async def test_only_the_servers_languages_are_completed(executor: FakeExecutor) -> None:
    only = Selection(mode=Mode.ONLY, items=frozenset({"c", "bash"}))
    asking = Asking(executor, await store_with(ServerSettings(languages=only)))
    assert await asking.service.complete("c", MEMBER) == ("c",)
    assert "csharp" in await asking.service.complete("c", ELSEWHERE)
    assert set(await asking.service.languages(MEMBER)) == {"c", "bash"}


async def test_output_is_not_shown_live_where_the_server_wants_that(
    executor: FakeExecutor,
) -> None:
    asking = Asking(executor, await store_with(ServerSettings(is_live=False)))
    executor.is_holding = True
    async with asyncio.TaskGroup() as group:
        asked = group.create_task(asking.ask())
        run = await executor.started()
        run.emit(StageStarted("run"))
        run.emit(Output(Stream.STDOUT, b"secret progress\n"))
        await asking.watcher.news.wait()
        await run.cancel()
    assert asked.result().tone is Tone.STOPPED
    assert asking.watcher.shown
    assert all("secret" not in reply.description for reply in asking.watcher.shown)
    assert all(reply.buttons for reply in asking.watcher.shown)


async def test_settings_that_nobody_can_read_let_nobody_in(executor: FakeExecutor) -> None:
    store = MemoryStore()
    entry = AuditEntry(guild_id=GUILD, user_id=7, at=0, action=ACTION)
    await store.settings.put(Document(guild_id=GUILD, text="{"), entry)
    asking = Asking(executor, store)
    reply = await asking.ask()
    assert "cannot read this server's settings" in reply.description
    assert executor.jobs == []
    assert await asking.service.languages(MEMBER) == ()
    assert (await asking.ask(caller=ELSEWHERE)).tone is Tone.OK


async def test_nothing_runs_while_nobody_can_tell_who_is_blocked(executor: FakeExecutor) -> None:
    store = await store_with(ServerSettings(member_runs_per_hour=1))
    asking = Asking(executor, store)
    await asking.ask()
    store.is_broken = True
    assert (await asking.ask()).tone is Tone.OURS
    assert len(executor.jobs) == 1
