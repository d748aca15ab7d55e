import pytest

from bot.demo import Message, Permission, StandIn
from tests.discord.bot_client import HI, Bot, is_placeholder, running_bot
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor
from tests.results import result, step

LONG = b"line\n" * 1000


@pytest.fixture(params=["known-before", "refused-later"])
def is_known(request: pytest.FixtureRequest) -> bool:
    """Whether the bot sees in its cache that a permission is missing, or learns it by a refusal."""
    known: bool = request.param == "known-before"
    return known


async def know_the_server(bot: Bot) -> None:
    """Return when the bot was told of the server: that comes before its first message."""
    asked = await bot.standin.say(bot.standin.dm(bot.cleo), bot.cleo, HI)
    await bot.standin.wait_for_reply(asked)


async def answer_without(
    permission: Permission, standin: StandIn, executor: FakeExecutor, *, is_known: bool
) -> Message:
    executor.answer = lambda job: result(step(LONG), job_id=job.id)
    channel = standin.guilds[0].channels["code"]
    if is_known:
        standin.faults.refuse(permission, channel)
    async with running_bot(standin, executor) as bot:
        await know_the_server(bot)
        standin.faults.refuse(permission, channel)
        asked = await bot.ask(HI)
        return await standin.wait_for_message(after=asked)


async def test_without_embeds_the_answer_is_plain_text(
    standin: StandIn, executor: FakeExecutor, is_known: bool
) -> None:
    reply = await answer_without(Permission.EMBED_LINKS, standin, executor, is_known=is_known)
    assert reply.embeds == []
    assert reply.content.startswith("**✅ Finished**\n```\nline\n")
    assert [file.content for file in reply.attachments] == [LONG]
    assert reply.reply_to is not None


async def test_without_files_the_answer_names_what_is_missing(
    standin: StandIn, executor: FakeExecutor, is_known: bool
) -> None:
    reply = await answer_without(Permission.ATTACH_FILES, standin, executor, is_known=is_known)
    assert "Attach Files" in reply.content
    assert "`stdout.txt`" in reply.content
    assert "Finished" in reply.embeds[0]["title"]
    assert reply.attachments == []


async def test_without_both_there_is_still_an_answer(
    standin: StandIn, executor: FakeExecutor, is_known: bool
) -> None:
    both = Permission.ATTACH_FILES | Permission.EMBED_LINKS
    reply = await answer_without(both, standin, executor, is_known=is_known)
    assert "Finished" in reply.content
    assert "Attach Files" in reply.content
    assert (reply.embeds, reply.attachments) == ([], [])


async def test_without_message_history_the_answer_is_no_reply(
    standin: StandIn, executor: FakeExecutor, is_known: bool
) -> None:
    reply = await answer_without(
        Permission.READ_MESSAGE_HISTORY, standin, executor, is_known=is_known
    )
    assert "Finished" in reply.embeds[0]["title"]
    assert reply.reply_to is None
    assert [file.content for file in reply.attachments] == [LONG]


async def test_where_the_bot_may_not_write_the_member_gets_a_direct_message(
    standin: StandIn, executor: FakeExecutor, is_known: bool
) -> None:
    reply = await answer_without(Permission.SEND_MESSAGES, standin, executor, is_known=is_known)
    assert reply.channel.is_dm
    assert "Finished" in reply.embeds[0]["title"]


async def test_a_direct_message_in_place_of_a_reply_is_edited_too(
    standin: StandIn, executor: FakeExecutor, is_known: bool
) -> None:
    channel = standin.guilds[0].channels["code"]
    if is_known:
        standin.faults.refuse(Permission.SEND_MESSAGES, channel)
    async with running_bot(standin, executor) as bot:
        await know_the_server(bot)
        executor.is_holding = True
        standin.faults.refuse(Permission.SEND_MESSAGES, channel)
        asked = await bot.ask(HI)
        run = await executor.started(2)
        placeholder = await standin.wait_for_message(after=asked)
        assert placeholder.channel.is_dm
        run.finish(executor.answer(run.job))
        await standin.wait_for_edit(placeholder, lambda m: not is_placeholder(m))
    assert "Finished" in placeholder.embeds[0]["title"]


async def test_where_nothing_may_be_said_the_log_says_it(
    standin: StandIn, executor: FakeExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    async with running_bot(standin, executor) as bot:
        standin.faults.fail_next("POST", "/channels/*/messages", status=403, code=50013, times=4)
        await standin.say(standin.dm(bot.ben), bot.ben, HI)
        await eventually(lambda: "may not answer it anywhere" in caplog.text)
