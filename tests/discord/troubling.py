"""Lets Discord fail, and looks at what the bot makes of it."""

from collections.abc import Callable

from bot.demo import Message, StandIn
from tests.discord.bot_client import Bot, is_placeholder

WAIT_SECONDS = 20
SEND = ("POST", "/channels/*/messages")
EDIT = ("PATCH", "/channels/*/messages/*")
RUN = {"code": 'print("hi")', "language": "python"}

Trouble = Callable[[StandIn], None]


def fail(method: str, pattern: str, **how: object) -> Trouble:
    """Return what lets the next such call fail."""
    return lambda standin: standin.faults.fail_next(method, pattern, **how)  # type: ignore[arg-type]


def hang_up(method: str, pattern: str, *, is_done: bool) -> Trouble:
    """Return what lets the next such call get no answer."""
    return lambda standin: standin.faults.hang_up_next(method, pattern, is_done=is_done)


def bots_messages(standin: StandIn) -> list[Message]:
    """Return all that the bot wrote."""
    bot = standin.world.bot
    return [one for one in standin.world.messages.values() if one.author is bot]


async def answered(bot: Bot, asked: Message) -> Message:
    """Return the one reply to a message once it shows what the program printed."""
    reply = await bot.standin.wait_for_message(
        lambda found: found.reply_to is asked and not is_placeholder(found), WAIT_SECONDS
    )
    assert reply.embeds[0]["description"] == "```\nhi\n```"
    assert bots_messages(bot.standin) == [reply]
    return reply
