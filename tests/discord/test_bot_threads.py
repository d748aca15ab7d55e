"""The bot in threads: as in their channel, with that channel's rules."""

import pytest

from bot.demo import Permission, StandIn
from bot.models import Rules
from tests.discord.bot_client import HI, Bot, running_bot
from tests.discord.controls import controls_of
from tests.fakes import FakeExecutor


async def test_everything_works_in_a_thread(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    thread = await standin.open_thread(bot.code, "help")
    asked = await standin.say(thread, bot.ben, f"{standin.mention} {HI}")
    reply = await standin.wait_for_reply(asked)
    assert reply.channel is thread
    assert "hi" in reply.embeds[0]["description"]
    await standin.click(bot.ben, reply, controls_of(reply)["Run again"])
    await standin.wait_for_edit(reply)
    await standin.edit(asked, f'{standin.mention} ```py\nprint("new")\n```')
    await standin.wait_for_edit(reply, lambda m: "new" in m.embeds[0]["description"])
    used = await standin.slash(bot.ben, thread, "run", {"code": 'print("hi")'})
    assert "hi" in (await standin.wait_for_response(used)).embeds[0]["description"]
    await standin.delete(asked)
    await standin.wait_for_delete(reply)
    assert len(executor.jobs) == 4


async def test_a_thread_from_before_the_start_is_known(
    standin: StandIn, executor: FakeExecutor
) -> None:
    thread = await standin.open_thread(standin.guilds[0].channels["code"], "help")
    async with running_bot(standin, executor) as bot:
        asked = await standin.say(thread, bot.ben, f"{standin.mention} {HI}")
        assert "hi" in (await standin.wait_for_reply(asked)).embeds[0]["description"]


@pytest.mark.parametrize("by_command", [False, True], ids=["mention", "command"])
async def test_a_blocked_channel_s_threads_are_blocked_too(
    standin: StandIn, executor: FakeExecutor, by_command: bool
) -> None:
    channel = standin.guilds[0].channels["code"]
    rules = Rules(channels_blocked=frozenset({channel.id}), cooldown_seconds=0)
    async with running_bot(standin, executor, rules=rules) as bot:
        thread = await standin.open_thread(channel, "help")
        if by_command:
            used = await standin.slash(bot.ben, thread, "run", {"code": 'print("hi")'})
            reply = await standin.wait_for_response(used)
        else:
            asked = await standin.say(thread, bot.ben, f"{standin.mention} {HI}")
            reply = await standin.wait_for_reply(asked)
    assert "in this channel" in reply.embeds[0]["description"]
    assert executor.jobs == []


async def test_without_the_right_to_write_in_threads_the_answer_comes_directly(
    bot: Bot, standin: StandIn
) -> None:
    standin.faults.refuse(Permission.SEND_MESSAGES_IN_THREADS, bot.code)
    thread = await standin.open_thread(bot.code, "help")
    asked = await standin.say(thread, bot.ben, f"{standin.mention} {HI}")
    reply = await standin.wait_for_message(after=asked)
    assert reply.channel.is_dm
