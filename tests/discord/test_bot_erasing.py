"""What a member or a server had erased stays erased, and makes the bot do nothing over again."""

import pytest

from bot.demo import StandIn
from tests.discord.bot_client import HI, running_bot
from tests.discord.moderating_client import told, use
from tests.discord.restarting import replies_to, says, words_of
from tests.discord.standin_client import eventually
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
