"""What moderators, the owner and members do about each other: on the stand-in, with the real discord.py."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from bot.demo import Guild, Interaction, Message, StandIn, User
from bot.demo.permissions import Permission
from bot.demo.state import Overwrite
from bot.settings.keeper import SettingsKeeper
from bot.standing import MAINTENANCE
from bot.store import Block, RunEntry
from executor import Status
from tests.discord.bot_client import HI, NO_COOLDOWN, Bot, running_bot
from tests.discord.controls import controls_of
from tests.discord.standin_client import eventually
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


async def use(
    bot: Bot, name: str, options: dict[str, object] | None = None, *, user: User | None = None
) -> Interaction:
    """Use a command, ben's (who moderates) unless somebody else is named."""
    return await bot.standin.slash(user or bot.ben, bot.code, name, options or {})


async def told(bot: Bot, used: Interaction) -> str:
    """Return what the command's private answer says."""
    reply = await bot.standin.wait_for_response(used)
    assert reply.is_ephemeral
    return f"{reply.embeds[0]['title']}\n{reply.embeds[0].get('description', '')}"


def guild_of(bot: Bot) -> Guild:
    return bot.standin.guilds[0]


async def older(bot: Bot, page: Message) -> Message:
    pressed = await bot.standin.click(bot.ben, page, controls_of(page)["Older"])
    return await bot.standin.wait_for_response(pressed)


def words(message: Message) -> str:
    return str(message.embeds[0]["description"])


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


async def test_a_store_that_fails_is_said_in_one_sentence(bot: Bot, store: MemoryStore) -> None:
    store.is_broken = True
    assert "I cannot reach my notes" in await told(bot, await use(bot, "moderate blocks"))
    answer = await bot.answer_to()
    assert "I cannot read what is set" in words(answer)


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
    assert "Programs: 0 running, 0 waiting; 1 sandboxes ready" in shown
    assert "Servers: 2;" in shown
    assert "Shard 0:" in shown


async def test_the_owner_has_languages_read_anew(bot: Bot, executor: FakeExecutor) -> None:
    executor.broken_languages = "two.yaml: line 3: no name"
    assert "two.yaml: line 3: no name" in await owner_use(bot, "reload")
    executor.broken_languages = None
    executor.found_anew = tuple(one for one in RUNTIMES if one.name == "bash")
    assert "1 language can run: bash." in await owner_use(bot, "reload")


async def test_a_member_has_everything_of_theirs_forgotten(bot: Bot, store: MemoryStore) -> None:
    about = await told(bot, await use(bot, "privacy about", user=bot.cleo))
    assert "1 days" in about
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
