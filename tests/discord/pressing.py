"""Presses the buttons below a reply, as a person does."""

from bot import texts
from bot.demo import Interaction, Message, StandIn
from tests.discord.bot_client import Bot
from tests.discord.controls import controls_of

CODE = 'print("hi")'


async def press(bot: Bot, reply: Message, label: str, *, by: str = "ben") -> Interaction:
    """Press a button as somebody, ben if nobody else."""
    user = bot.standin.users[by]
    return await bot.standin.click(user, reply, controls_of(reply)[label])


def example(standin: StandIn) -> str:
    """Return the example that refusals show."""
    return texts.example("py", 'print("hi")', standin.mention)


async def slash(bot: Bot, **options: object) -> Message:
    """Let cleo use ``/run``, and return the reply."""
    options = {"language": "py", "code": CODE} | options
    used = await bot.standin.slash(bot.cleo, bot.code, "run", options)
    return await bot.standin.wait_for_response(used)


async def said_privately(bot: Bot, pressed: Interaction) -> str:
    """Return what a press was answered with, for the one alone who pressed."""
    reply = await bot.standin.wait_for_response(pressed)
    assert reply.is_ephemeral
    assert reply.pinged == frozenset()
    description: str = reply.embeds[0]["description"]
    return description
