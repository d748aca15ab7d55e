"""One connected client's life: from the first connection to the last answer before a stop."""

import asyncio
from collections.abc import Sequence

import aiohttp
import discord
import yarl
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.config import DiscordConfig
from bot.errors import BotError, LoginError
from bot.records import Records
from bot.service import RunService
from bot.tasks import Tasks

# Enough to send the answers of runs that were stopped.
GRACE_SECONDS = 5.0


def point_at(config: DiscordConfig) -> None:
    """Set up discord.py, which keeps such things in its own classes, for the whole process."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no voice here
    if config.api_url is not None:
        Route.BASE = config.api_url
    if config.gateway_url is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(config.gateway_url)


async def stay_connected(
    bot: commands.Bot,
    *,
    token: str,
    stop: asyncio.Event,
    service: RunService,
    records: Records,
    tasks: Tasks,
    drain_seconds: float,
) -> Exception | None:
    """Return what ended the connection: `None` for ``stop``.

    After ``stop`` nothing new is run; what runs or waits may end, and is answered.

    Args:
        bot: the client.
        token: its secret.
        stop: ends it.
        service: runs the programs.
        records: are kept tidy meanwhile.
        tasks: the answers under way.
        drain_seconds: how long they may take after ``stop``; what takes longer is stopped.
    """
    async with asyncio.TaskGroup() as group:
        connection = group.create_task(_connect(bot, token))
        stopping = group.create_task(stop.wait())
        tidying = group.create_task(records.keep_tidy())
        both: Sequence[asyncio.Task[object]] = (connection, stopping)
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                service.refuse()
                await tasks.wait(drain_seconds)
                await service.close()
                await tasks.close(GRACE_SECONDS)
        finally:
            await tasks.close(0)
            await bot.close()
            # discord.py may be asleep before its next attempt to connect.
            connection.cancel()
            stopping.cancel()
            tidying.cancel()
    if stop.is_set() or connection.cancelled():  # a login that is cut short fails in its own ways
        return None
    return connection.result()


async def _connect(bot: commands.Bot, token: str) -> Exception | None:
    """Stay connected; return the error that makes that impossible instead of raising it."""
    try:
        await bot.start(token)
    except (discord.DiscordException, aiohttp.ClientError, OSError, BotError) as error:
        return error
    except RuntimeError as error:  # aiohttp's, when a stop closes the session during the login
        if not bot.is_closed():
            raise
        return error
    return None


def explained(failure: Exception) -> LoginError:
    """Return what ended the connection as a sentence with a way out."""
    match failure:
        case discord.LoginFailure():
            return LoginError(
                "Discord refused the token: copy it anew from the developer portal (Bot, Reset"
                " Token) into DISCORD_TOKEN or the file that discord.token_file names."
            )
        case discord.DiscordException():
            return LoginError(f"Discord ended the connection: {failure}.")
        case _:
            return LoginError(f"Discord cannot be reached: {failure}.")
