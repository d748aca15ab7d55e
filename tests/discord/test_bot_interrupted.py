"""What a killed bot left unanswered, the next one tells of; what was said meanwhile, it answers."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.demo import Message, Permission, StandIn
from bot.store import Record, Store, open_sqlite
from executor import StageStarted
from tests.discord.bot_client import HI, Bot, is_placeholder, running_bot
from tests.discord.controls import controls_of
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor

WAIT_SECONDS = 30
NEW = '```py\nprint("new")\n```'
Start = Callable[[], AbstractAsyncContextManager[tuple[Bot, Store]]]


@pytest.fixture
def start(standin: StandIn, executor: FakeExecutor, tmp_path: Path) -> Start:
    """Return what starts a bot, each time a new one on the same file; it ends by being killed."""

    @asynccontextmanager
    async def killed_at_the_end() -> AsyncGenerator[tuple[Bot, Store], None]:
        async with (
            open_sqlite(tmp_path / "codecage.db") as store,
            running_bot(standin, executor, store) as bot,
        ):
            yield bot, store
            bot.kill()

    return killed_at_the_end


def replies_to(standin: StandIn, asked: Message) -> list[Message]:
    return [one for one in standin.world.messages.values() if one.reply_to is asked]


def words_of(message: Message) -> str:
    return str(message.embeds[0].get("description")) if message.embeds else message.content


async def settled(store: Store) -> None:
    """Return when it is written down of every answer that it was given."""
    async with asyncio.timeout(WAIT_SECONDS):
        while await store.replies.pending():  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0.01)


async def says(standin: StandIn, asked: Message, words: str) -> Message:
    """Return the only reply to a message once it says that."""
    reply = await standin.wait_for_message(
        lambda m: m.reply_to is asked and words in words_of(m), WAIT_SECONDS
    )
    assert replies_to(standin, asked) == [reply]
    return reply


@pytest.mark.parametrize("is_shown", [False, True], ids=["nothing-shown", "placeholder-shown"])
async def test_an_interrupted_run_says_so_and_can_be_run_again(
    start: Start, standin: StandIn, executor: FakeExecutor, is_shown: bool
) -> None:
    executor.is_holding = True
    if not is_shown:
        standin.faults.fail_next("POST", "/channels/*/messages", status=500, times=99)
    async with start() as (bot, _):
        asked = await bot.ask(HI)
        run = await executor.started()
        if is_shown:
            run.emit(StageStarted("run"))
            await standin.wait_for_reply(asked, WAIT_SECONDS)
    standin.faults.clear()
    executor.is_holding = False
    async with start() as (bot, _):
        reply = await says(standin, asked, "restarted")
        assert list(controls_of(reply)) == ["Run again", "Edit", "Delete"]
        await standin.click(bot.ben, reply, controls_of(reply)["Run again"])
        await says(standin, asked, "hi")


async def test_an_interrupted_button_says_so(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    async with start() as (bot, _):
        asked = await bot.ask(HI)
        reply = await says(standin, asked, "hi")
        executor.is_holding = True
        await eventually(lambda: "Run again" in controls_of(reply))
        await standin.click(bot.ben, reply, controls_of(reply)["Run again"])
        run = await executor.started(2)
        run.emit(StageStarted("run"))
        await standin.wait_for_edit(reply, is_placeholder, WAIT_SECONDS)
    executor.is_holding = False
    async with start():
        await says(standin, asked, "restarted")


@pytest.mark.parametrize("is_private", [False, True], ids=["for-all", "private"])
async def test_an_interrupted_command_says_so(
    start: Start, standin: StandIn, executor: FakeExecutor, is_private: bool
) -> None:
    executor.is_holding = True
    async with start() as (bot, _):
        options = {"code": 'print("hi")', "language": "python", "private": is_private}
        used = await standin.slash(bot.ben, bot.code, "run", options)
        reply = await standin.wait_for_response(used, WAIT_SECONDS)
        await executor.started()
    assert is_placeholder(reply)
    executor.is_holding = False
    async with start() as (bot, store):
        await standin.wait_for_edit(reply, lambda m: "restarted" in words_of(m), WAIT_SECONDS)
        await eventually(lambda: not is_placeholder(reply))
        await standin.click(bot.ben, reply, controls_of(reply)["Run again"])
        await standin.wait_for_edit(reply, lambda m: "hi" in words_of(m), WAIT_SECONDS)
        await settled(store)


def pending_record(asked: Message, reply_id: int, created_at: float = 0.0) -> Record:
    return Record(
        reply_id=reply_id,
        channel_id=asked.channel.id,
        user_id=asked.author.id,
        guild_id=asked.channel.guild.id if asked.channel.guild else None,
        asked_id=asked.id,
        asked_channel_id=asked.channel.id,
        created_at=created_at,
        is_pending=True,
    )


@pytest.mark.parametrize("is_known", [False, True], ids=["reply-unknown", "reply-known"])
async def test_an_answer_that_was_given_before_the_kill_is_left_as_it_is(
    start: Start, standin: StandIn, is_known: bool
) -> None:
    """The bot was killed between sending the answer and writing that down."""
    async with start() as (bot, store):
        asked = await bot.ask(HI)
        reply = await says(standin, asked, "hi")
        await settled(store)
        await store.replies.put(pending_record(asked, reply.id if is_known else asked.id))
        bot.kill()
    async with start() as (bot, store):
        await bot.answer_to(HI, user=bot.cleo)
        await settled(store)
        found = await store.replies.by_asked(asked.id)
        assert found is not None
        assert found.reply_id == reply.id
    assert reply.revisions == 0
    assert replies_to(standin, asked) == [reply]


async def test_a_message_that_was_deleted_meanwhile_takes_its_reply_along(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    async with start() as (bot, _):
        asked = await bot.ask(HI)
        await executor.started()
        reply = await standin.wait_for_reply(asked, WAIT_SECONDS)
    await standin.delete(asked)
    async with start() as (_, store):
        await standin.wait_for_delete(reply, WAIT_SECONDS)
        await settled(store)


async def test_what_was_said_while_the_bot_was_away_is_answered_once(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    async with start() as (bot, _):
        before = await bot.ask(HI)
        await says(standin, before, "hi")
    ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
    thread = await standin.open_thread(code, "a thread")
    away = [
        await standin.say(channel, ben, f"{standin.mention} {HI}")
        for channel in (code, thread, standin.guilds[1].channels["general"])
    ]
    chat = await standin.say(code, ben, "not for the bot")
    async with start():
        for asked in away:
            await says(standin, asked, "hi")
    async with start() as (bot, _):
        await bot.answer_to(HI, user=bot.cleo)
    for asked in (before, *away):
        assert len(replies_to(standin, asked)) == 1
    assert not replies_to(standin, chat)
    assert len(executor.jobs) == 5


@pytest.mark.parametrize(
    ("failure", "is_answered"),
    [
        pytest.param((403, 50001), False, id="nobody-knows-their-roles"),
        pytest.param((404, 10007), True, id="they-have-left"),
    ],
)
async def test_what_was_said_meanwhile_waits_until_its_authors_roles_are_known(
    start: Start,
    standin: StandIn,
    executor: FakeExecutor,
    failure: tuple[int, int],
    is_answered: bool,
) -> None:
    cleo, said = standin.users["cleo"], f"{standin.mention} {HI}"
    asked = await standin.say(standin.guilds[0].channels["code"], cleo, said)
    later = await standin.say(standin.guilds[0].channels["code"], standin.users["ben"], said)
    status, code = failure
    standin.faults.fail_next("GET", f"/guilds/*/members/{cleo.id}", status=status, code=code)
    async with start():
        await says(standin, later, "hi")
        if is_answered:
            await says(standin, asked, "hi")
    assert len(replies_to(standin, asked)) == is_answered
    if not is_answered:
        async with start():  # by then Discord tells
            await says(standin, asked, "hi")
    assert len(executor.jobs) == 2


async def test_what_was_said_long_ago_is_not_answered_any_more(
    executor: FakeExecutor, tmp_path: Path
) -> None:
    async with StandIn() as standin, open_sqlite(tmp_path / "store.db") as store:
        ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
        old = await standin.say(code, ben, f"{standin.mention} {HI}")
        del code.messages[old.id]
        an_hour_ago = old.id - (3_600_000 << 22)
        code.messages[an_hour_ago] = replace(old, id=an_hour_ago)
        async with running_bot(standin, executor, store) as bot:
            await bot.answer_to(HI, user=bot.cleo)
    assert len(executor.jobs) == 1


async def test_what_was_edited_or_deleted_while_the_bot_was_away_is_made_good(
    start: Start, standin: StandIn
) -> None:
    async with start() as (bot, store):
        edited, deleted = await bot.ask(HI), await bot.ask(HI, user=bot.cleo)
        first, second = await says(standin, edited, "hi"), await says(standin, deleted, "hi")
        await settled(store)
    await standin.edit(edited, f"{standin.mention} {NEW}")
    await standin.delete(deleted)
    async with start():
        assert await says(standin, edited, "new") is first
        await standin.wait_for_delete(second, WAIT_SECONDS)


async def test_direct_messages_are_made_good_where_the_bot_answered_before(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    ben, cleo = standin.users["ben"], standin.users["cleo"]
    async with start() as (bot, store):
        edited = await standin.say(standin.dm(ben), ben, HI)
        deleted = await standin.say(standin.dm(ben), ben, HI)
        first, second = await says(standin, edited, "hi"), await says(standin, deleted, "hi")
        await settled(store)
    await standin.edit(edited, NEW)
    await standin.delete(deleted)
    asked = await standin.say(standin.dm(ben), ben, HI)
    unknown = await standin.say(standin.dm(cleo), cleo, HI)
    async with start():
        assert await says(standin, edited, "new") is first
        await standin.wait_for_delete(second, WAIT_SECONDS)
        await says(standin, asked, "hi")
    async with start() as (bot, _):
        await bot.answer_to(HI, user=bot.cleo)
    assert len(replies_to(standin, asked)) == 1
    assert not replies_to(standin, unknown)  # Discord does not tell that there is such a channel
    assert len(executor.jobs) == 5


async def test_direct_messages_of_a_lost_session_are_answered(
    standin: StandIn, executor: FakeExecutor
) -> None:
    ben = standin.users["ben"]
    async with running_bot(standin, executor) as bot:
        await says(standin, await standin.say(standin.dm(ben), ben, HI), "hi")
        standin.forget_sessions()
        asked = await standin.say(standin.dm(ben), ben, HI)
        await standin.drop_gateway(4000)
        await says(standin, asked, "hi")
        await bot.answer_to(HI, user=bot.cleo)
    assert len(replies_to(standin, asked)) == 1


async def test_a_private_channel_that_cannot_be_read_keeps_no_other_from_being_read(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    ben, cleo = standin.users["ben"], standin.users["cleo"]
    async with start() as (_, store):
        for user in (ben, cleo):
            await says(standin, await standin.say(standin.dm(user), user, HI), "hi")
        await settled(store)
    asked = await standin.say(standin.dm(ben), ben, HI)
    closed = f"/channels/{standin.dm(cleo).id}/messages"
    standin.faults.fail_next("GET", closed, status=403, code=50001)
    async with start():
        await says(standin, asked, "hi")
        await eventually(lambda: bool(standin.transcript.matching("GET", closed)), WAIT_SECONDS)
    assert len(executor.jobs) == 3


async def test_an_answer_that_its_asker_deleted_does_not_come_back(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    async with start() as (bot, store):
        asked = await bot.ask(HI)
        reply = await says(standin, asked, "hi")
        await settled(store)
        await standin.click(bot.ben, reply, controls_of(reply)["Delete"])
        await standin.wait_for_delete(reply, WAIT_SECONDS)
        async with asyncio.timeout(WAIT_SECONDS):
            while await store.replies.by_reply(reply.id):  # noqa: ASYNC110 - the same
                await asyncio.sleep(0.01)
    async with start() as (bot, _):
        await bot.answer_to(HI, user=bot.cleo)
        await standin.edit(asked, f"{standin.mention} {NEW}")
        await bot.answer_to(HI, user=bot.cleo)
    assert not replies_to(standin, asked)
    assert len(executor.jobs) == 3


async def test_channels_whose_history_is_closed_are_left_alone(
    start: Start, standin: StandIn
) -> None:
    code = standin.guilds[0].channels["code"]
    asked = await standin.say(code, standin.users["ben"], f"{standin.mention} {HI}")
    standin.faults.refuse(Permission.READ_MESSAGE_HISTORY, code)
    async with start() as (bot, _):
        general = standin.guilds[0].channels["general"]
        later = await standin.say(general, bot.cleo, f"{standin.mention} {HI}")
        await standin.wait_for_reply(later, WAIT_SECONDS)
    assert not replies_to(standin, asked)
    assert not standin.transcript.matching("GET", f"/channels/{code.id}/messages")


async def test_an_edit_and_its_taking_back_leave_the_answer_of_what_stands_there(
    standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    async with running_bot(standin, executor) as bot:
        asked = await bot.ask(HI)
        await executor.started()
        await standin.wait_for_reply(asked, WAIT_SECONDS)
        executor.is_holding = False
        await standin.edit(asked, f"{standin.mention} {NEW}")
        await standin.edit(asked, f"{standin.mention} {HI}")
        await says(standin, asked, "hi")


async def test_a_button_works_before_its_reply_is_written_down(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    async with start() as (bot, store):
        asked = await bot.ask(HI)
        reply = await says(standin, asked, "hi")
        await settled(store)
        await store.replies.put(pending_record(asked, asked.id))
        await standin.click(bot.ben, reply, controls_of(reply)["Run again"])
        await standin.wait_for_edit(reply, timeout_seconds=WAIT_SECONDS)
        await settled(store)
        assert await store.replies.by_reply(reply.id) is not None
    assert len(executor.jobs) == 2


async def test_what_was_read_before_an_edit_does_not_undo_it(
    standin: StandIn, executor: FakeExecutor
) -> None:
    async with running_bot(standin, executor) as bot:
        asked = await bot.ask(HI)
        await says(standin, asked, "hi")
        standin.faults.fail_next("GET", "/guilds/*/members/*", status=429, retry_after=2.0)
        history = f"/channels/{asked.channel.id}/messages"
        before = len(standin.transcript.matching("GET", history))
        standin.forget_sessions()
        await standin.drop_gateway(4000)
        await eventually(
            lambda: len(standin.transcript.matching("GET", history)) > before, WAIT_SECONDS
        )
        await standin.edit(asked, f"{standin.mention} {NEW}")
        await says(standin, asked, "new")
        path = f"/members/{asked.author.id}"

        def is_asked_again() -> bool:
            statuses = [call.status for call in standin.transcript.matching("GET", path)]
            return 429 in statuses and statuses[-1] == 200

        await eventually(is_asked_again, WAIT_SECONDS)
        await bot.answer_to(HI, user=bot.cleo)
        await says(standin, asked, "new")
    assert len(executor.jobs) == 3
