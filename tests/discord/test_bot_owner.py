"""What only the bot's owner may do, for all servers: on the stand-in, with the real discord.py."""

import time
from collections.abc import AsyncGenerator

import pytest

from bot.demo import StandIn
from bot.standing import MAINTENANCE
from tests.discord.bot_client import Bot, running_bot
from tests.discord.moderating_client import guild_of, told, use, words
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore
from tests.runtimes import RUNTIMES

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


async def owner_use(bot: Bot, name: str, **options: object) -> str:
    return await told(bot, await use(bot, f"owner {name}", options, user=bot.standin.users["ada"]))


async def test_the_owner_s_commands_are_the_owner_s_alone(bot: Bot) -> None:
    bot.standin.commands.allow(guild_of(bot), "owner", bot.ben)
    used = await use(bot, "owner maintenance", {"running": True})
    assert "This is for who owns me" in await told(bot, used)
    assert "hi" in words(await bot.answer_to())


async def test_in_maintenance_nothing_runs_and_everybody_reads_why(bot: Bot) -> None:
    said = await owner_use(bot, "maintenance", running=True, message="back at @everyone 8")
    assert "Members read: I am being looked after" in said
    answer = await bot.answer_to()
    assert "run nothing for now: back at" in words(answer)
    assert answer.pinged == frozenset()
    assert "Programs run again" in await owner_use(bot, "maintenance", running=False)
    assert "hi" in words(await bot.answer_to())
    assert "began maintenance" in await owner_use(bot, "log")


async def test_maintenance_of_another_process_counts_within_seconds(
    bot: Bot, store: MemoryStore
) -> None:
    await store.flags.put(MAINTENANCE, "")
    assert "looked after" in words(await bot.answer_to())


async def test_the_owner_blocks_people_and_servers_everywhere(bot: Bot) -> None:
    assert "Name a person or a server" in await owner_use(bot, "block")
    assert "A server goes by its id" in await owner_use(bot, "block", server="mine")
    await owner_use(bot, "block", person=bot.cleo, duration="1d")
    assert "cannot run programs anywhere" in words(await bot.answer_to(user=bot.cleo))
    guild_id = guild_of(bot).id
    await owner_use(bot, "block", server=str(guild_id), reason="mining")
    assert "Ask the bot's owner" in words(await bot.answer_to())
    listed = await owner_use(bot, "blocks")
    assert f"the server {guild_id}, by" in listed
    assert ". Until <t:" in listed
    assert ". For ever." in listed
    await owner_use(bot, "unblock", server=str(guild_id))
    assert "hi" in words(await bot.answer_to())


async def test_the_owner_sees_health_and_shards(bot: Bot) -> None:
    shown = await owner_use(bot, "health")
    assert "Programs: 0 running, 0 waiting; sandboxes ready: 1" in shown
    assert "Servers: 2;" in shown
    assert "Shard 0:" in shown


async def test_the_owner_has_languages_read_anew(bot: Bot, executor: FakeExecutor) -> None:
    executor.broken_languages = "two.yaml: line 3: no name"
    assert "two.yaml: line 3: no name" in await owner_use(bot, "reload")
    executor.broken_languages = None
    executor.found_anew = tuple(one for one in RUNTIMES if one.name == "bash")
    assert "1 language can run: bash." in await owner_use(bot, "reload")
