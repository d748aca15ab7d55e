"""Settings, waits and quotas of servers, through the whole service."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.models import Caller, Reply, Rules, Tone
from bot.parsing import parse
from bot.service import RunService
from bot.settings.file import to_text
from bot.settings.keeper import ACTION
from bot.settings.values import Mode, Selection, ServerSettings
from bot.store import AuditEntry, Document
from executor import Output, StageStarted, Stream
from tests.admissions import admission
from tests.fakes import FakeExecutor, FakeWatcher
from tests.memory_store import MemoryStore

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
        return await self.service.run(
            lambda names: parse(text, names), caller, watcher=self.watcher
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
    assert "cannot read what is set" in reply.description
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
