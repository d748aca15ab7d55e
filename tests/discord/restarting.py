"""Kills the bot, starts it again, and looks at what became of the answers."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from bot.demo import Message, StandIn
from bot.store import Store, open_sqlite
from executor import Executor
from tests.discord.bot_client import Bot, running_bot

WAIT_SECONDS = 30
NEW = '```py\nprint("new")\n```'
Start = Callable[[], AbstractAsyncContextManager[tuple[Bot, Store]]]


def starter(standin: StandIn, executor: Executor, folder: Path) -> Start:
    """Return what starts a bot, each time a new one on the same file; it ends by being killed."""

    @asynccontextmanager
    async def killed_at_the_end() -> AsyncGenerator[tuple[Bot, Store], None]:
        async with (
            open_sqlite(folder / "codecage.db") as store,
            running_bot(standin, executor, store) as bot,
        ):
            yield bot, store
            bot.kill()

    return killed_at_the_end


def replies_to(standin: StandIn, asked: Message) -> list[Message]:
    """Return what answers a message."""
    return [one for one in standin.world.messages.values() if one.reply_to is asked]


def words_of(message: Message) -> str:
    """Return what an answer says, however it is shown."""
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
