"""Trying again what fails for reasons that pass: Discord's own faults, the network, limits."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import aiohttp
import discord

log = logging.getLogger(__name__)

T = TypeVar("T")

# discord.py has tried five times by then, within half a minute, if Discord answered at all.
SOON = (1.0,)
# About an hour, so that an answer outlasts most of Discord's outages. Each wait is short enough for
# whoever waits for the one who waits, such as an edit of the message.
LONG = (1.0, 4.0, 15.0, 45.0, *([60.0] * 56))
# A 429 that is not Discord's comes from what protects it, and is a ban of this address.
_BANNED_SECONDS = 60.0
_TOO_MANY_REQUESTS = 429


def passes(error: BaseException) -> bool:
    """Return whether what failed by ``error`` may work later, and may have worked already."""
    if isinstance(error, discord.HTTPException):
        return error.status >= 500 or error.status == _TOO_MANY_REQUESTS
    return isinstance(error, discord.RateLimited | aiohttp.ClientError | OSError)


def always() -> bool:
    """Return that what is done is wanted."""
    return True


async def insist(
    work: Callable[[], Awaitable[T]],
    waits: Sequence[float] = LONG,
    *,
    is_wanted: Callable[[], bool] = always,
) -> T:
    """Return what ``work`` returns, once it does.

    Args:
        work: what to do; doing it twice must do no harm.
        waits: the seconds between two tries; Discord may want more.
        is_wanted: says before each wait whether it is worth it still.

    Raises:
        discord.DiscordException: it cannot work, did not for long, or is not wanted any more.
        aiohttp.ClientError: the same, of the network.
        OSError: the same.
    """
    for wait_seconds in waits:
        try:
            return await work()
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            if not (passes(error) and is_wanted()):
                raise
            log.info("Discord did not answer (%s): trying again", error)
            await asyncio.sleep(max(wait_seconds, _wanted_seconds(error)))
    return await work()


def _wanted_seconds(error: BaseException) -> float:
    if isinstance(error, discord.RateLimited):
        return error.retry_after
    if isinstance(error, discord.HTTPException) and error.status == _TOO_MANY_REQUESTS:
        wanted = error.response.headers.get("Retry-After", "")
        return float(wanted) if wanted.replace(".", "", 1).isdigit() else _BANNED_SECONDS
    return 0.0
