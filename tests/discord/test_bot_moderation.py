"""What moderators, the owner and members do about each other: on the stand-in, with the real discord.py."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator

import pytest

from bot.demo import StandIn
from bot.demo.permissions import Permission
from bot.demo.state import Overwrite
from bot.store import Block, RunEntry
from executor import Status
from tests.discord.bot_client import HI, NO_COOLDOWN, Bot, running_bot
from tests.discord.controls import controls_of
from tests.discord.moderating_client import guild_of, told, use, words
from tests.discord.standin_client import eventually
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


async def test_a_blocked_member_runs_nothing_and_is_told_why_and_until_when(
    bot: Bot, executor: FakeExecutor
) -> None:
    used = await use(
        bot, "moderate block", {"member": bot.cleo, "reason": "spam @everyone", "duration": "2h"}
    )
    assert f"<@{bot.cleo.id}> can run nothing here any more. Until <t:" in await told(bot, used)
    answer = await bot.answer_to(HI, user=bot.cleo)
    assert re.search(
        r"You cannot run programs on this server. Until <t:\d+:f>. Reason: spam", words(answer)
    )
    assert answer.pinged == frozenset()
    assert executor.jobs == []
    assert "hi" in words(await bot.answer_to(HI))


async def test_a_block_stops_what_runs_of_that_member_and_nobody_else_s(
    bot: Bot, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    await bot.ask(user=bot.cleo)
    hers = await executor.started(1)
    await bot.ask(user=bot.ben)
    his = await executor.started(2)
    used = await use(bot, "moderate block", {"member": bot.cleo})
    assert "I stopped 1 run." in await told(bot, used)
    assert (hers.is_cancelled, his.is_cancelled) == (True, False)


async def test_an_unblocked_member_runs_again(bot: Bot) -> None:
    await told(bot, await use(bot, "moderate block", {"member": bot.cleo}))
    assert "Cleo" not in await told(bot, await use(bot, "moderate blocks"))
    assert f"<@{bot.cleo.id}>, by <@{bot.ben.id}> <t:" in await told(
        bot, await use(bot, "moderate blocks")
    )
    used = await use(bot, "moderate unblock", {"member": bot.cleo})
    assert "can run programs here again" in await told(bot, used)
    assert "hi" in words(await bot.answer_to(HI, user=bot.cleo))
    used = await use(bot, "moderate unblock", {"member": bot.cleo})
    assert "was not blocked here" in await told(bot, used)


async def test_a_block_holds_in_its_own_server_alone(bot: Bot, standin: StandIn) -> None:
    await told(
        bot, await use(bot, "moderate block", {"member": bot.ben}, user=standin.users["ada"])
    )
    elsewhere = standin.guilds[1].channels["general"]
    asked = await standin.say(elsewhere, bot.ben, f"{standin.mention} {HI}")
    answer = await standin.wait_for_message(lambda found: found.reply_to is asked, 30)
    assert "hi" in words(answer)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        pytest.param({"duration": "soon"}, "such as `30m`", id="no-duration"),
        pytest.param({"member": "ben"}, "cannot block yourself", id="oneself"),
    ],
)
async def test_a_block_that_makes_no_sense_is_refused(
    bot: Bot, store: MemoryStore, options: dict[str, object], sentence: str
) -> None:
    member = bot.ben if options.pop("member", None) else bot.cleo
    used = await use(bot, "moderate block", {"member": member, **options})
    assert sentence in await told(bot, used)
    refused = await bot.standin.wait_for_response(used)
    assert "That is not possible" in refused.embeds[0]["title"]
    assert await store.blocks.listed(guild_of(bot).id, now=NOW) == ()


@pytest.mark.parametrize(
    "name", ["moderate blocks", "moderate stop", "moderate log", "moderate statistics", "runs"]
)
async def test_who_lost_the_permission_meanwhile_is_told_so(bot: Bot, name: str) -> None:
    # A server may give a command to anybody; we look again at each use.
    bot.standin.commands.allow(guild_of(bot), name.split(maxsplit=1)[0], bot.cleo)
    used = await use(bot, name, user=bot.cleo)
    assert "This is for moderators" in await told(bot, used)


async def test_stop_ends_all_runs_of_the_server(bot: Bot, executor: FakeExecutor) -> None:
    executor.is_holding = True
    await bot.ask(user=bot.cleo)
    await bot.ask(user=bot.ben)
    await executor.started(2)
    assert "I stopped 2 runs." in await told(bot, await use(bot, "moderate stop"))
    assert all(run.is_cancelled for run in executor.runs)
    assert "Nothing was running" in await told(bot, await use(bot, "moderate stop"))


async def test_stop_ends_a_member_s_runs_and_nobody_else_s(
    bot: Bot, executor: FakeExecutor, store: MemoryStore
) -> None:
    executor.is_holding = True
    for user in (bot.cleo, bot.ben):
        await bot.ask(user=user)
    await executor.started(2)
    used = await use(bot, "moderate stop", {"member": bot.cleo})
    assert "I stopped 1 run." in await told(bot, used)
    stopped = {run.job.owner: run.is_cancelled for run in executor.runs}
    assert stopped == {f"discord:{bot.cleo.id}": True, f"discord:{bot.ben.id}": False}
    (entry,) = await store.audits.page(guild_of(bot).id)
    assert (entry.action, entry.detail) == ("runs.stop", f"1 run (<@{bot.cleo.id}>)")


@pytest.mark.parametrize(
    ("command", "option", "sentence"),
    [
        pytest.param("moderate stop", "member", "A moderator stopped it.", id="stop"),
        pytest.param("moderate block", "member", "A moderator stopped it.", id="block"),
        pytest.param("owner block", "person", "The bot's owner stopped it.", id="owner"),
    ],
)
async def test_whose_run_was_stopped_reads_who_did(
    bot: Bot, executor: FakeExecutor, command: str, option: str, sentence: str
) -> None:
    executor.is_holding = True
    asked = await bot.ask(user=bot.cleo)
    await executor.started(1)
    user = bot.standin.users["ada"] if command.startswith("owner") else bot.ben
    await told(bot, await use(bot, command, {option: bot.cleo}, user=user))
    answer = await bot.standin.wait_for_message(lambda found: found.reply_to is asked, 30)
    await eventually(lambda: sentence in words(answer))


@pytest.mark.parametrize(
    ("name", "is_told"),
    [pytest.param("cleo", True, id="another"), pytest.param("ben", False, id="own")],
)
async def test_whose_run_was_stopped_by_a_moderator_s_button_reads_so(
    bot: Bot, standin: StandIn, executor: FakeExecutor, name: str, is_told: bool
) -> None:
    executor.is_holding = True
    asked = await bot.ask(user=standin.users[name])
    answer = await standin.wait_for_message(lambda found: found.reply_to is asked, 30)
    await eventually(lambda: "Stop" in controls_of(answer))
    await standin.click(bot.ben, answer, controls_of(answer)["Stop"])
    await eventually(lambda: "Stopped" in answer.embeds[0]["title"])
    assert ("A moderator stopped it." in words(answer)) is is_told


async def test_a_channel_s_own_moderator_is_none_of_the_server(bot: Bot) -> None:
    bot.code.overwrites.append(
        Overwrite(id=bot.cleo.id, kind=1, allow=int(Permission.MANAGE_MESSAGES))
    )
    used = await use(bot, "moderate block", {"member": bot.ben}, user=bot.cleo)
    assert "This is for moderators" in await told(bot, used)
    assert "hi" in words(await bot.answer_to())


async def test_a_reply_that_is_deleted_while_it_runs_is_forgotten_with_its_program(
    bot: Bot, standin: StandIn, executor: FakeExecutor, store: MemoryStore
) -> None:
    executor.is_holding = True
    used = await use(bot, "run", {"code": "print(1)", "language": "py"}, user=bot.cleo)
    reply = await standin.wait_for_response(used)
    await eventually(lambda: bool(store.records))
    await standin.delete(reply)
    await eventually(lambda: not store.records)
    (run,) = executor.runs
    run.finish(executor.answer(run.job))
    await eventually(lambda: run.is_finished)
    executor.is_holding = False
    await bot.answer_to()
    assert reply.id not in store.records


async def test_a_store_that_fails_is_said_in_one_sentence(bot: Bot, store: MemoryStore) -> None:
    store.is_broken = True
    assert "I cannot read or write my data" in await told(bot, await use(bot, "moderate blocks"))
    answer = await bot.answer_to()
    assert "I cannot read this server's settings" in words(answer)


async def test_a_member_has_everything_of_theirs_forgotten(bot: Bot, store: MemoryStore) -> None:
    about = await told(bot, await use(bot, "privacy about", user=bot.cleo))
    assert ": 1 day, for the buttons" in about
    await bot.answer_to(user=bot.cleo)
    await bot.answer_to(user=bot.ben)
    await eventually(lambda: len(store.records) == 2)
    used = await use(bot, "privacy delete", user=bot.cleo)
    assert "I forgot your programs" in await told(bot, used)
    assert {record.user_id for record in store.records.values()} == {bot.ben.id}
    assert {entry.user_id for entry in await store.runs.page()} == {bot.ben.id}


async def test_a_server_that_removes_the_bot_is_forgotten(
    standin: StandIn, executor: FakeExecutor, store: MemoryStore
) -> None:
    async with running_bot(standin, executor, store) as bot:
        await bot.answer_to()
        await eventually(lambda: bool(store.records))
        guild = standin.guilds[0]
        standin.remove_from(guild)
        await eventually(lambda: not store.records)
        assert await store.guilds() == ()


async def test_servers_that_were_left_while_the_bot_was_away_are_forgotten_at_the_start(
    standin: StandIn, executor: FakeExecutor, store: MemoryStore
) -> None:
    entry = RunEntry(
        user_id=1, channel_id=2, guild_id=3 << 22, language="python", status=Status.OK,
        wall_seconds=0.1, at=NOW,
    )  # fmt: skip
    await store.runs.add(entry)
    await store.blocks.put(Block(user_id=None, guild_id=3 << 22, by_id=1, at=NOW))
    async with running_bot(standin, executor, store, rules=NO_COOLDOWN) as bot:
        await bot.answer_to()
        async with asyncio.timeout(10):
            while await store.runs.page(guild_id=3 << 22):  # noqa: ASYNC110 - nobody is told
                await asyncio.sleep(0.01)
    assert len(await store.blocks.listed(None, now=NOW)) == 1


async def test_what_a_person_s_own_app_ran_where_the_bot_is_no_member_outlives_a_restart(
    standin: StandIn, executor: FakeExecutor, store: MemoryStore
) -> None:
    place = standin.elsewhere.channels["general"]
    async with running_bot(standin, executor, store) as bot:
        used = await standin.slash(bot.ben, place, "run", {"code": "print(1)", "language": "py"})
        reply = await standin.wait_for_response(used)
        await eventually(lambda: reply.id in store.records)
    assert await store.guilds() == ()
    async with running_bot(standin, executor, store) as bot:
        await bot.answer_to()
        assert reply.id in store.records
