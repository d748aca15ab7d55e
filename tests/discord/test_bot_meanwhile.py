"""What was said, edited and deleted while the bot was away, it makes good."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.demo import Permission, StandIn
from bot.store import open_sqlite
from tests.discord.bot_client import HI, running_bot
from tests.discord.restarting import NEW, WAIT_SECONDS, Start, replies_to, says, settled, starter
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor


@pytest.fixture
def start(standin: StandIn, executor: FakeExecutor, tmp_path: Path) -> Start:
    return starter(standin, executor, tmp_path)


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
