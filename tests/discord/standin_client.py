"""A small real discord.py bot and the fixtures that connect it to a stand-in."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.demo import StandIn

MENTIONS_ONLY = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


@asynccontextmanager
async def pointed_at(standin: StandIn) -> AsyncGenerator[None, None]:
    """Let discord.py talk to the stand-in, and put everything back afterwards."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = standin.api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(standin.gateway_url)
    try:
        yield
    finally:
        Route.BASE = base
        DiscordWebSocket.DEFAULT_GATEWAY = gateway


class Client(discord.Client):
    """Records what it hears; ``answer`` is called for each message of a person."""

    def __init__(self, *, intents: discord.Intents = MENTIONS_ONLY) -> None:
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            guild_ready_timeout=0.05,
        )
        self.tree = app_commands.CommandTree(self)
        self.heard: list[discord.Message] = []
        self.edits: list[discord.RawMessageUpdateEvent] = []
        self.deletes: list[discord.RawMessageDeleteEvent] = []
        self.reactions: list[discord.RawReactionActionEvent] = []
        self.typings = 0
        self.resumes = 0

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord wants five seconds between identifies; nobody is there to want them here."""

    async def on_message(self, message: discord.Message) -> None:
        if message.author == self.user:
            return
        self.heard.append(message)
        await self.answer(message)

    async def answer(self, message: discord.Message) -> None:
        """What the bot of a test does with a message."""

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        self.edits.append(event)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self.deletes.append(event)

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        self.reactions.append(event)

    async def on_raw_typing(self, _: discord.RawTypingEvent) -> None:
        self.typings += 1

    async def on_resumed(self) -> None:
        self.resumes += 1


@asynccontextmanager
async def running(client: discord.Client, standin: StandIn) -> AsyncGenerator[None, None]:
    """Run a client until the block ends."""
    async with pointed_at(standin), asyncio.TaskGroup() as group:
        task = group.create_task(client.start(standin.token))
        try:
            async with asyncio.timeout(10):
                await _ready(client, task)
            yield
        finally:
            await client.close()
            await asyncio.gather(task, return_exceptions=True)


async def _ready(client: discord.Client, task: asyncio.Task[None]) -> None:
    while not client.is_ready():
        if task.done():
            task.result()
        await asyncio.sleep(0.005)


async def eventually(check: Callable[[], object], timeout_seconds: float = 5.0) -> None:
    """Return once ``check`` is true: for what only the client knows."""
    async with asyncio.timeout(timeout_seconds):
        while not check():  # noqa: ASYNC110 - discord.py tells nobody
            await asyncio.sleep(0.005)
