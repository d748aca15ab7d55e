"""Servers, channels, roles and people in Discord's JSON, as the gateway and the REST API send them."""

from bot.demo.state import Channel, Guild, Json, Member, Role, User

JOINED_AT = "2026-01-01T00:00:00.000000+00:00"


def user_json(user: User) -> Json:
    """Return a user object."""
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": None if user.is_bot else user.display_name,
        "discriminator": "0",
        "avatar": None,
        "bot": user.is_bot,
        "public_flags": 0,
    }


def member_json(member: Member, *, with_user: bool = True) -> Json:
    """Return a guild member object; the gateway's messages leave the user out."""
    body: Json = {
        "roles": [str(role.id) for role in member.roles],
        "nick": None,
        "avatar": None,
        "joined_at": JOINED_AT,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }
    if with_user:
        body["user"] = user_json(member.user)
    return body


def role_json(role: Role) -> Json:
    """Return a role object."""
    return {
        "id": str(role.id),
        "name": role.name,
        "color": role.color,
        "colors": {"primary_color": role.color, "secondary_color": None, "tertiary_color": None},
        "permissions": str(role.permissions),
        "position": role.position,
        "hoist": False,
        "managed": role.name == "codecage",
        "mentionable": False,
        "flags": 0,
    }


def channel_json(channel: Channel) -> Json:
    """Return a channel object, a guild's or a direct message's."""
    last = next(reversed(channel.messages), None)
    body: Json = {
        "id": str(channel.id),
        "type": 1 if channel.guild is None else 0,
        "last_message_id": None if last is None else str(last),
        "flags": 0,
    }
    if channel.guild is None:
        body["recipients"] = [user_json(user) for user in channel.recipients if not user.is_bot]
        if not channel.has_app:
            owner_id = str(channel.recipients[0].id)
            body |= {"type": 3, "name": channel.name, "icon": None, "owner_id": owner_id}
        return body
    if channel.parent is not None:
        return body | _thread_json(channel, channel.guild)
    return body | {
        "guild_id": str(channel.guild.id),
        "name": channel.name,
        "topic": channel.topic,
        "position": list(channel.guild.channels.values()).index(channel),
        "nsfw": False,
        "rate_limit_per_user": 0,
        "parent_id": None,
        "permission_overwrites": [
            {"id": str(o.id), "type": o.kind, "allow": str(o.allow), "deny": str(o.deny)}
            for o in channel.overwrites
        ],
    }


def _thread_json(thread: Channel, guild: Guild) -> Json:
    return {
        "type": 11,
        "guild_id": str(guild.id),
        "parent_id": None if thread.parent is None else str(thread.parent.id),
        "owner_id": str(guild.owner_id),
        "name": thread.name,
        "message_count": len(thread.messages),
        "member_count": 1,
        "total_message_sent": len(thread.messages),
        "rate_limit_per_user": 0,
        "thread_metadata": {
            "archived": thread.is_archived,
            "auto_archive_duration": 1440,
            "archive_timestamp": JOINED_AT,
            "locked": False,
            "create_timestamp": JOINED_AT,
        },
    }


def guild_json(guild: Guild, members: list[Member]) -> Json:
    """Return a guild object without what only the gateway adds; ``members`` are those shown."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "splash": None,
        "banner": None,
        "description": None,
        "owner_id": str(guild.owner_id),
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": guild.locale,
        "system_channel_id": str(guild.system_channel.id) if guild.system_channel else None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "vanity_url_code": None,
        "features": guild.features,
        "emojis": [],
        "stickers": [],
        "roles": [role_json(role) for role in guild.roles.values()],
        "channels": [channel_json(channel) for channel in guild.channels.values()],
        "members": [member_json(member) for member in members],
        "member_count": len(guild.members),
    }


def guild_create_json(guild: Guild, members: list[Member]) -> Json:
    """Return what GUILD_CREATE carries for a guild that the bot was told of at the start."""
    return guild_json(guild, members) | {
        "joined_at": JOINED_AT,
        "large": False,
        "unavailable": False,
        "threads": [
            channel_json(thread) for thread in guild.threads.values() if not thread.is_archived
        ],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def context_of(channel: Channel) -> int:
    """Return Discord's number: 0 in a server, 1 in the app's direct messages, 2 in a group."""
    if channel.guild is not None:
        return 0
    return 1 if channel.has_app else 2
