"""What a member or a server had erased stays erased, and makes the bot do nothing over again."""

import asyncio
from dataclasses import replace

import pytest

from bot.app import run_bot
from bot.demo import StandIn, Upload
from bot.errors import StoreError
from tests.contract_values import RUN
from tests.discord.bot_client import HI, bot_config, running_bot
from tests.discord.controls import controls_of
from tests.discord.moderating_client import told, use
from tests.discord.pressing import press
from tests.discord.restarting import replies_to, says, words_of
from tests.discord.standin_client import eventually, pointed_at
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


async def test_what_was_answered_is_not_answered_again_after_it_was_erased(
    standin: StandIn, executor: FakeExecutor, store: MemoryStore
) -> None:
    async with running_bot(standin, executor, store) as bot:
        reply = await bot.answer_to(user=bot.cleo)
        await eventually(lambda: not any(one.is_pending for one in store.records.values()))
        assert "I forgot" in await told(bot, await use(bot, "privacy delete", user=bot.cleo))
    reply.nonce = None  # Discord knows it for some minutes only
    asked = reply.reply_to
    assert asked is not None
    meanwhile = await bot.ask('```py\nprint("meanwhile")\n```')
    async with running_bot(standin, executor, store) as bot:
        await says(standin, meanwhile, "meanwhile")
        await standin.edit(asked, f"{standin.mention} {HI}\n")  # nor is that state run
        await says(standin, await bot.ask('```py\nprint("later")\n```'), "later")
        assert replies_to(standin, asked) == [reply]
        assert "hi" in words_of(reply)
    assert len(executor.jobs) == 3


async def test_another_application_s_token_is_refused_and_erases_nothing(
    standin: StandIn, executor: FakeExecutor, store: MemoryStore
) -> None:
    async with running_bot(standin, executor, store) as bot:
        await bot.answer_to()
        await eventually(lambda: bool(store.records))
    kept = await store.guilds()
    async with StandIn() as other, pointed_at(other):
        with pytest.raises(StoreError, match=r"CODECAGE_DATA_DIR=FOLDER") as refused:
            await run_bot(
                bot_config(other), executor, store, token=other.token, stop=asyncio.Event()
            )
        assert f"application {standin.world.bot.id}, but" in str(refused.value)
        assert not other.transcript.matching("PUT", "/commands")
    assert await store.guilds() == kept != ()


async def test_a_server_that_removes_the_bot_while_the_session_is_lost_is_forgotten(
    standin: StandIn, executor: FakeExecutor, store: MemoryStore
) -> None:
    async with running_bot(standin, executor, store) as bot:
        await bot.answer_to()
        await eventually(lambda: bool(store.records))
        standin.forget_sessions()
        standin.remove_from(standin.guilds[0])  # of which no session hears
        await standin.drop_gateway(4000)
        await eventually(lambda: not store.records)
        assert await store.guilds() == ()
        elsewhere = standin.guilds[0].channels["general"]
        asked = await standin.say(elsewhere, bot.ben, f"{standin.mention} {HI}")
        await says(standin, asked, "hi")


async def test_each_shard_tells_of_its_own_servers(executor: FakeExecutor) -> None:
    store = MemoryStore()
    async with StandIn() as standin:
        standin.found_guilds(1000, channels=1, roles=0)
        left = standin.guilds[1].id + (5000 << 22)
        for guild_id in (standin.guilds[0].id, standin.guilds[1].id, left, left + (1 << 22)):
            await store.runs.add(replace(RUN, guild_id=guild_id))
        async with running_bot(standin, executor, store):
            await eventually(lambda: standin.identify_count == 1, 30)
            async with asyncio.timeout(30):
                while len(await store.guilds()) > 2:  # noqa: ASYNC110 - nobody is told
                    await asyncio.sleep(0.01)
            assert await store.guilds() == (standin.guilds[0].id, standin.guilds[1].id)


async def test_a_program_whose_window_could_not_show_it_goes_with_its_reply(
    standin: StandIn, executor: FakeExecutor, store: MemoryStore
) -> None:
    async with running_bot(standin, executor, store) as bot:
        files = [Upload(filename=name, content=b"import util") for name in ("main.py", "util.py")]
        message = await standin.say(bot.code, bot.cleo, "see", attachments=files)
        used = await standin.context_menu(bot.ben, message, "Edit & run")
        window = await standin.wait_for_modal(used)
        assert [one.request is not None for one in store.records.values()] == [True]
        reply = await standin.wait_for_response(await standin.submit_modal(bot.ben, window, {}))
        await eventually(lambda: store.records.keys() == {reply.id})
        assert store.records[reply.id].request is not None
        await standin.click(bot.ben, reply, controls_of(reply)["Delete"])
        await eventually(lambda: not store.records)
    assert [len(job.files) for job in executor.jobs] == [2]


@pytest.mark.parametrize("how", ["a-command", "a-message", "a-moderator-who-runs-it-again"])
async def test_what_runs_of_who_is_erased_is_stopped_and_not_written_down(
    standin: StandIn, executor: FakeExecutor, store: MemoryStore, how: str
) -> None:
    async with running_bot(standin, executor, store) as bot:
        earlier = len(executor.runs)
        if how == "a-moderator-who-runs-it-again":
            reply = await bot.answer_to(user=bot.cleo)
            await eventually(lambda: not any(one.is_pending for one in store.records.values()))
            executor.is_holding, earlier = True, len(executor.runs)
            await press(bot, reply, "Run again")
        elif how == "a-command":
            executor.is_holding = True
            await standin.slash(bot.cleo, bot.code, "run", {"code": "print(1)", "language": "py"})
        else:
            executor.is_holding = True
            await bot.ask(user=bot.cleo)
        run = await executor.started(earlier + 1)
        await eventually(lambda: bool(store.records))
        assert "I forgot" in await told(bot, await use(bot, "privacy delete", user=bot.cleo))
        assert run.is_cancelled
        (shown,) = [
            one
            for one in bot.code.messages.values()
            if one.author is standin.world.bot and not one.is_ephemeral
        ]
        assert "Stopped" in shown.embeds[0]["title"]
    assert store.records == {}
    assert [entry.user_id for entry in await store.runs.page()] == []


async def test_a_server_that_takes_the_bot_back_is_answered_again(
    standin: StandIn, executor: FakeExecutor, store: MemoryStore
) -> None:
    async with running_bot(standin, executor, store) as bot:
        guild = standin.guilds[0]
        await bot.answer_to()
        standin.remove_from(guild)
        await eventually(lambda: not store.records)
        standin.world.guilds.insert(0, guild)
        standin._gateway.joined(guild)
        asked = await standin.say(guild.channels["code"], bot.ben, f"{standin.mention} {HI}")
        await says(standin, asked, "hi")
        assert await store.guilds() == (guild.id,)
