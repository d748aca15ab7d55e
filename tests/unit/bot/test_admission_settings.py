"""What a server's settings do to a run, through the whole service."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.models import Tone
from bot.settings.keeper import ACTION
from bot.settings.values import Mode, Selection, ServerSettings
from bot.store import AuditEntry, Document
from executor import (
    Output,
    StageStarted,
    Stream,
)
from tests.asking import ELSEWHERE, GUILD, HI, MEMBER, Asking, store_with
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore


@pytest.fixture
async def executor() -> AsyncIterator[FakeExecutor]:
    fake = FakeExecutor()
    yield fake
    await fake.close()


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
