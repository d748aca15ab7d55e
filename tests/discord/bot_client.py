"""Runs the real bot, over real sockets, on the stand-in for Discord."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.app import run_bot
from bot.config import BotConfig, StoreConfig, load_bot_config
from bot.demo import Channel, Message, StandIn, User
from bot.models import Rules
from bot.store import Store
from executor import Executor
from tests.discord.standin_client import pointed_at
from tests.memory_store import MemoryStore

HI = '```py\nprint("hi")\n```'
NO_COOLDOWN = Rules(cooldown_seconds=0)


# The longest that a real program may take here, with a loaded machine.
WAIT_SECONDS = 30


def is_placeholder(message: Message) -> bool:
    """Return whether the bot only says that something waits or runs."""
    return bool(message.embeds) and message.embeds[0]["title"].startswith("⏳")


@dataclass(frozen=True, kw_only=True)
class Bot:
    """The running bot, seen from outside: where people meet it, and how to stop it."""

    standin: StandIn
    stop: asyncio.Event
    task: asyncio.Task[None] | None = None

    @property
    def code(self) -> Channel:
        return self.standin.guilds[0].channels["code"]

    @property
    def ben(self) -> User:
        return self.standin.users["ben"]

    @property
    def cleo(self) -> User:
        return self.standin.users["cleo"]

    def kill(self) -> None:
        """End the bot without letting it say goodbye."""
        assert self.task is not None
        self.task.cancel()

    async def ask(self, text: str = HI, *, user: User | None = None) -> Message:
        """Mention the bot in #code with ``text``."""
        return await self.standin.say(self.code, user or self.ben, f"{self.standin.mention} {text}")

    async def answer_to(self, text: str = HI, *, user: User | None = None) -> Message:
        """Mention the bot and return its reply once that is more than a placeholder."""
        asked = await self.ask(text, user=user)
        return await self.standin.wait_for_message(
            lambda found: found.reply_to is asked and not is_placeholder(found), WAIT_SECONDS
        )


def bot_config(standin: StandIn, rules: Rules = NO_COOLDOWN) -> BotConfig:
    """Return built-in settings, pointed at the stand-in."""
    config = load_bot_config(
        environ={
            "DISCORD_TOKEN": standin.token,
            "CODECAGE_DISCORD_API_URL": standin.api_url,
            "CODECAGE_DISCORD_GATEWAY_URL": standin.gateway_url,
            "CODECAGE_DATA_DIR": str(Path("/nonexistent")),
        }
    )
    return replace(config, policy=rules)


@asynccontextmanager
async def running_bot(
    standin: StandIn,
    executor: Executor,
    store: Store | None = None,
    *,
    rules: Rules = NO_COOLDOWN,
    keep_code_seconds: float = 86_400.0,
    keep_history_seconds: float = 30 * 86_400.0,
    show_after_seconds: float = 0.05,
    identify_every_seconds: float = 0.05,
    drain_seconds: float = 0.0,
) -> AsyncGenerator[Bot, None]:
    """Run the bot until the block ends, then stop it as a signal would."""
    stop = asyncio.Event()
    config = bot_config(standin, rules)
    kept = StoreConfig(
        keep_code_seconds=keep_code_seconds, keep_history_seconds=keep_history_seconds
    )
    config = replace(config, store=kept)
    async with pointed_at(standin), asyncio.TaskGroup() as group:
        task = group.create_task(
            run_bot(
                config,
                executor,
                store or MemoryStore(),
                token=standin.token,
                stop=stop,
                show_after_seconds=show_after_seconds,
                identify_every_seconds=identify_every_seconds,
                drain_seconds=drain_seconds,
            )
        )
        try:
            await standin.wait_until_connected()
            yield Bot(standin=standin, stop=stop, task=task)
        finally:
            stop.set()
