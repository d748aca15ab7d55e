"""What moderators and the owner look back at: runs, logs, blocks, numbers; on the stand-in."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from bot.demo import Message, StandIn, User
from bot.models import RunRequest
from bot.settings.keeper import SettingsKeeper
from bot.store import AuditEntry, Block, RunEntry
from executor import SourceFile, Status
from tests.discord.bot_client import Bot, running_bot
from tests.discord.moderating_client import guild_of, older, told, use, words
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore

NOW = time.time()  # history that is older than a month is tidied away


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
async def bot(
    standin: StandIn, executor: FakeExecutor, store: MemoryStore
) -> AsyncGenerator[Bot, None]:
    async with running_bot(standin, executor, store) as running:
        yield running


async def test_what_moderators_did_stands_in_the_log(bot: Bot) -> None:
    assert "Nothing was changed" in await told(bot, await use(bot, "moderate log"))
    await told(bot, await use(bot, "moderate block", {"member": bot.cleo, "reason": "why"}))
    await told(bot, await use(bot, "moderate stop", {"member": bot.cleo}))
    log = (await told(bot, await use(bot, "moderate log"))).splitlines()
    assert [re.sub(r"<t:\d+:f> ", "", line) for line in log[1:]] == [
        f"<@{bot.ben.id}> stopped runs: 0 runs (<@{bot.cleo.id}>)",
        f"<@{bot.ben.id}> blocked: <@{bot.cleo.id}> (why)",
    ]


async def test_runs_shows_who_ran_what_and_links_to_the_answer_without_the_program(
    bot: Bot, standin: StandIn
) -> None:
    answer = await bot.answer_to('```py\nprint("secret")\n```', user=bot.cleo)
    shown = await told(bot, await use(bot, "runs"))
    assert f"<@{bot.cleo.id}> <#{bot.code.id}> **python**: finished" in shown
    assert f"/{bot.code.id}/{answer.id})" in shown
    assert "secret" not in shown
    reply = await standin.wait_for_response(await use(bot, "runs"))
    assert reply.attachments == []
    assert "Nothing like that" in await told(bot, await use(bot, "runs", {"language": "bash"}))
    assert "Nothing like that" in await told(bot, await use(bot, "runs", {"member": bot.ben}))
    assert "**python**" in await told(bot, await use(bot, "runs", {"language": "py"}))


async def test_programs_are_gone_from_history_once_a_server_switched_them_off(
    bot: Bot, standin: StandIn, store: MemoryStore
) -> None:
    keeper = SettingsKeeper(store.settings, store.audits)

    async def keep_code(*, on: bool) -> int:
        await keeper.change(
            guild_of(bot).id, bot.ben.id, lambda now: replace(now, keeps_history_code=on)
        )
        reply = await standin.wait_for_response(await use(bot, "runs"))
        assert "finished" in words(reply)
        return len(reply.attachments)

    await bot.answer_to(user=bot.cleo)
    assert await keep_code(on=True) == 0
    async with asyncio.timeout(30):
        while not await keep_code(on=True):  # the bot looks for new settings now and then
            await bot.answer_to(user=bot.cleo)
    assert await keep_code(on=False) == 0
    assert await keep_code(on=True) == 0  # nor do they come back


async def test_programs_that_were_kept_before_are_not_shown_while_that_is_off(
    bot: Bot, standin: StandIn, store: MemoryStore
) -> None:
    request = RunRequest(language="python", files=(SourceFile(path="main.py", content=b"1"),))
    await store.runs.add(
        RunEntry(
            user_id=1, channel_id=2, guild_id=guild_of(bot).id, language="python",
            status=Status.OK, wall_seconds=0.1, at=NOW, request=request,
        )
    )  # fmt: skip
    reply = await standin.wait_for_response(await use(bot, "runs"))
    assert reply.attachments == []


async def test_a_program_that_stands_in_no_message_is_never_shown(
    bot: Bot, standin: StandIn, store: MemoryStore
) -> None:
    keeper = SettingsKeeper(store.settings, store.audits)
    await keeper.change(
        guild_of(bot).id, bot.ben.id, lambda now: replace(now, keeps_history_code=True)
    )
    used = await use(
        bot, "run", {"code": 'print("hidden")', "language": "py", "private": True}, user=bot.cleo
    )
    private = await standin.wait_for_response(used)
    await bot.answer_to('```py\nprint("open")\n```', user=bot.cleo)
    reply = await standin.wait_for_response(await use(bot, "runs"))
    (programs,) = reply.attachments
    assert b"open" in programs.content
    assert b"hidden" not in programs.content
    assert str(private.id) not in words(reply)
    assert len(words(reply).splitlines()) == 2


async def test_runs_has_pages_whose_button_outlives_a_restart(
    standin: StandIn, executor: FakeExecutor, store: MemoryStore
) -> None:
    async with running_bot(standin, executor, store) as bot:
        for number in range(25):
            await store.runs.add(
                RunEntry(
                    user_id=bot.cleo.id,
                    channel_id=bot.code.id,
                    guild_id=guild_of(bot).id,
                    language="python",
                    status=Status.OK,
                    wall_seconds=0.1,
                    at=NOW + number,
                )
            )
        page = await standin.wait_for_response(await use(bot, "runs"))
    lines = words(page).splitlines()
    assert len(lines) == 10
    async with running_bot(standin, executor, store) as bot:
        page = await older(bot, page)
        lines += words(page).splitlines()
        page = await older(bot, page)
        lines += words(page).splitlines()
    assert len(set(lines)) == 25
    assert page.components == []


async def test_statistics_come_as_numbers_and_as_a_picture(bot: Bot, standin: StandIn) -> None:
    assert "Nothing like that" in await told(bot, await use(bot, "moderate statistics"))
    await bot.answer_to()
    reply = await standin.wait_for_response(await use(bot, "moderate statistics", {"days": 7}))
    assert "1 run in 7 days: python 1." in words(reply)
    assert [file.filename for file in reply.attachments] == ["runs.png"]
    assert reply.attachments[0].content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("kept_days", "asked", "said"),
    [
        pytest.param(30, {}, "2 runs in 14 days: python 2.", id="what-is-usual"),
        pytest.param(
            30, {"days": 90},
            "3 runs in 30 days: python 3.\n-# History is kept for 30 days,",
            id="more-than-is-kept",
        ),
        pytest.param(
            1.5, {}, "1 run in 1 day: python 1.\n-# History is kept for 1.5 days,", id="little-kept"
        ),
        pytest.param(0.5, {}, "-# History is kept for 0.5 days,", id="less-than-a-day"),
        pytest.param(0, {}, "No history is kept", id="nothing-kept"),
    ],
)  # fmt: skip
async def test_statistics_say_how_far_back_they_can_go(
    standin: StandIn,
    executor: FakeExecutor,
    store: MemoryStore,
    *,
    kept_days: float,
    asked: dict[str, object],
    said: str,
) -> None:
    kept_seconds = kept_days * 86_400.0
    async with running_bot(standin, executor, store, keep_history_seconds=kept_seconds) as bot:
        for days_ago in (0, 10, 20, 40):
            await store.runs.add(
                RunEntry(
                    user_id=bot.cleo.id, channel_id=bot.code.id, guild_id=guild_of(bot).id,
                    language="python", status=Status.OK, wall_seconds=0.1,
                    at=NOW - days_ago * 86_400,
                )
            )  # fmt: skip
        assert said in await told(bot, await use(bot, "moderate statistics", asked))


def entry_of(bot: Bot, number: int, guild_id: int | None) -> AuditEntry:
    return AuditEntry(
        guild_id=guild_id, user_id=bot.ben.id, at=NOW, action="block.add", detail=f"no. {number}"
    )


async def pages(bot: Bot, first: Message, user: User) -> list[str]:
    """Return the lines of all pages from the first on; each has at most ten."""
    lines = words(first).splitlines()
    page = first
    while page.components:
        page = await older(bot, page, user=user)
        assert 0 < len(words(page).splitlines()) <= 10
        lines += words(page).splitlines()
    return lines


@pytest.mark.parametrize("name", ["moderate log", "owner log"])
async def test_a_log_has_pages_back_to_its_first_entry(
    bot: Bot, standin: StandIn, store: MemoryStore, name: str
) -> None:
    user, guild_id = (
        (bot.ben, guild_of(bot).id) if name == "moderate log" else (standin.users["ada"], None)
    )
    for number in range(25):
        await store.audits.add(entry_of(bot, number, guild_id))
        await store.audits.add(entry_of(bot, 100 + number, guild_of(bot).id + 1))
    first = await standin.wait_for_response(await use(bot, name, user=user))
    numbers = [int(line.rpartition(" ")[2]) for line in await pages(bot, first, user)]
    assert numbers == list(range(24, -1, -1))


@pytest.mark.parametrize("name", ["moderate blocks", "owner blocks"])
async def test_blocks_have_pages_that_lose_nobody_when_one_is_lifted_meanwhile(
    bot: Bot, standin: StandIn, store: MemoryStore, name: str
) -> None:
    user, guild_id = (
        (bot.ben, guild_of(bot).id) if name == "moderate blocks" else (standin.users["ada"], None)
    )
    for number in range(1, 26):
        block = Block(user_id=number, guild_id=guild_id, by_id=bot.ben.id, at=NOW + number / 8)
        await store.blocks.put(block)
    first = await standin.wait_for_response(await use(bot, name, user=user))
    await store.blocks.remove(user_id=25, guild_id=guild_id)
    lines = await pages(bot, first, user)
    assert [int(line[2 : line.index(">")]) for line in lines] == list(range(25, 0, -1))


@pytest.mark.parametrize("name", ["moderate blocks", "moderate log", "owner log"])
async def test_a_page_s_button_outlives_a_restart(
    standin: StandIn, executor: FakeExecutor, store: MemoryStore, name: str
) -> None:
    user = standin.users["ada"]
    async with running_bot(standin, executor, store) as bot:
        for number in range(1, 12):
            guild_id = None if name == "owner log" else guild_of(bot).id
            await store.audits.add(entry_of(bot, number, guild_id))
            await store.blocks.put(
                Block(user_id=number, guild_id=guild_of(bot).id, by_id=1, at=NOW + number / 8)
            )
        page = await standin.wait_for_response(await use(bot, name, user=user))
    async with running_bot(standin, executor, store) as bot:
        assert len(words(await older(bot, page, user=user)).splitlines()) == 1


async def test_who_lost_the_right_meanwhile_turns_no_page(
    bot: Bot, standin: StandIn, store: MemoryStore
) -> None:
    for number in range(11):
        await store.audits.add(entry_of(bot, number, guild_of(bot).id))
        await store.audits.add(entry_of(bot, number, None))
    of_moderators = await standin.wait_for_response(await use(bot, "moderate log"))
    of_owner = await standin.wait_for_response(
        await use(bot, "owner log", user=standin.users["ada"])
    )
    assert of_moderators.is_ephemeral
    assert of_owner.is_ephemeral
    of_moderators.visible_to = of_owner.visible_to = None  # as if everybody saw them
    for page, refusal in (
        (of_moderators, "This is for moderators"),
        (of_owner, "This is for who owns me"),
    ):
        told_instead = await older(bot, page, user=bot.cleo)
        assert refusal in words(told_instead)
        assert told_instead.components == []
