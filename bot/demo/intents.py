"""Which gateway events a session gets, and what of a message it may read (docs: topics/gateway)."""

from enum import IntFlag

from bot.demo.events import Event
from bot.demo.payloads import message_json
from bot.demo.placepayloads import member_json
from bot.demo.state import Json, Message, User


class Intent(IntFlag):
    """The intents that matter for what the stand-in sends."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT

_NEEDED = {  # in a guild, in a direct message
    "CHANNEL_DELETE": (Intent.GUILDS, Intent.GUILDS),
    "THREAD_CREATE": (Intent.GUILDS, Intent.GUILDS),
    "THREAD_UPDATE": (Intent.GUILDS, Intent.GUILDS),
    "MESSAGE_CREATE": (Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    "MESSAGE_UPDATE": (Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    "MESSAGE_DELETE": (Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    "MESSAGE_DELETE_BULK": (Intent.GUILD_MESSAGES, Intent.DIRECT_MESSAGES),
    "MESSAGE_REACTION_ADD": (Intent.GUILD_MESSAGE_REACTIONS, Intent.DIRECT_MESSAGE_REACTIONS),
    "MESSAGE_REACTION_REMOVE": (Intent.GUILD_MESSAGE_REACTIONS, Intent.DIRECT_MESSAGE_REACTIONS),
    "TYPING_START": (Intent.GUILD_MESSAGE_TYPING, Intent.DIRECT_MESSAGE_TYPING),
}


def event_payload(
    event: Event, intents: int, bot: User, users: dict[int, User]
) -> tuple[str, Json] | None:
    """Return the event's name and data as a session with ``intents`` gets it, None if it does not."""
    if event.name == "INTERACTION_CREATE":
        return event.name, event.data
    if event.name not in _NEEDED or not event.channel.has_app:
        return None
    in_guild, in_dm = _NEEDED[event.name]
    if not intents & (in_dm if event.channel.guild is None else in_guild):
        return None
    message = event.message
    if message is not None and message.is_ephemeral:
        return None  # ephemeral messages live in the asking client only
    if event.name not in ("MESSAGE_CREATE", "MESSAGE_UPDATE") or message is None:
        return event.name, event.data
    return event.name, _message_event(message, intents, bot, users)


def _message_event(message: Message, intents: int, bot: User, users: dict[int, User]) -> Json:
    body = message_json(message, users)
    guild = message.channel.guild
    if guild is not None:
        body["guild_id"] = str(guild.id)
        member = guild.members.get(message.author.id)
        if member is not None and message.interaction is None:
            body["member"] = member_json(member, with_user=False)
    if not intents & Intent.MESSAGE_CONTENT:
        hide_content(body, message, bot)
    return body


def hide_content(body: Json, message: Message, bot: User) -> None:
    """Blank in ``body`` what the app may not read without the message-content intent."""
    if not may_read(message, bot):
        _blank(body)
    answered = message.reply_to
    if answered is not None and body.get("referenced_message") and not may_read(answered, bot):
        _blank(body["referenced_message"])


def may_read(message: Message, bot: User) -> bool:
    """Return whether the app may read this message without the message-content intent.

    It may read its own, direct messages, messages that mention it, and pinging answers to its
    ordinary messages, but not answers to its interaction responses.
    """
    if message.channel.is_dm or message.author is bot or bot.id in message.mention_ids:
        return True
    answered = message.reply_to
    return (
        message.replied_user_pinged
        and answered is not None
        and answered.author is bot
        and answered.interaction is None
    )


def _blank(body: Json) -> None:
    body |= {"content": "", "embeds": [], "attachments": [], "components": []}
