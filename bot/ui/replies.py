"""Replies of ours of which we did not hear that they were sent."""

from typing import Final

import discord

# Such a reply came soon after the message, if it came.
_LATER_MESSAGES: Final = 50


async def our_reply_to(
    asked: discord.Message, *, us: int, other_than: int | None = None
) -> discord.Message | None:
    """Return the reply to a message as it stands in the channel; `None` if there is none near it.

    Args:
        asked: the message.
        us: the bot's user id. The server that the message is in need not be known yet.
        other_than: a reply that is not meant.

    Raises:
        discord.DiscordException: the history cannot be read.
    """
    async for later in asked.channel.history(after=asked, limit=_LATER_MESSAGES):
        answered_id = later.reference.message_id if later.reference is not None else None
        if later.author.id == us and answered_id == asked.id and later.id != other_than:
            return later
    return None
