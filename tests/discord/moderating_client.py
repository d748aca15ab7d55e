"""Uses the commands of moderators and of the owner on the stand-in, and reads their private answers."""

from bot.demo import Guild, Interaction, Message, User
from tests.discord.bot_client import Bot
from tests.discord.controls import controls_of


async def use(
    bot: Bot, name: str, options: dict[str, object] | None = None, *, user: User | None = None
) -> Interaction:
    """Use a command, ben's (who moderates) unless somebody else is named."""
    return await bot.standin.slash(user or bot.ben, bot.code, name, options or {})


async def told(bot: Bot, used: Interaction) -> str:
    """Return what the command's private answer says."""
    reply = await bot.standin.wait_for_response(used)
    assert reply.is_ephemeral
    return f"{reply.embeds[0]['title']}\n{reply.embeds[0].get('description', '')}"


def guild_of(bot: Bot) -> Guild:
    """Return the server where the commands are used."""
    return bot.standin.guilds[0]


async def older(bot: Bot, page: Message, *, user: User | None = None) -> Message:
    """Turn a page, as ben unless somebody else is named."""
    pressed = await bot.standin.click(user or bot.ben, page, controls_of(page)["Older"])
    return await bot.standin.wait_for_response(pressed)


def words(message: Message) -> str:
    """Return what a message with an embed says."""
    return str(message.embeds[0]["description"])
