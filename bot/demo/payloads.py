"""The state in Discord's JSON, as the gateway and the REST API send it."""

from bot.demo.permissions import USER_INSTALL_PERMISSIONS, permissions_in
from bot.demo.state import (
    ATTACHMENT_LIMIT_BYTES,
    Attachment,
    Channel,
    Guild,
    Interaction,
    Json,
    Member,
    Message,
    Role,
    User,
    iso,
)

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
            "archived": False,
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
        "preferred_locale": "en-US",
        "system_channel_id": str(guild.system_channel.id) if guild.system_channel else None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "vanity_url_code": None,
        "features": [],
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
        "threads": [channel_json(thread) for thread in guild.threads.values()],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def attachment_json(attachment: Attachment) -> Json:
    """Return an attachment object; ``content_type`` is left out where nobody knows it."""
    body: Json = {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": len(attachment.content),
        "url": attachment.url,
        "proxy_url": attachment.url,
    }
    if attachment.content_type is not None:
        body["content_type"] = attachment.content_type
    if attachment.description is not None:
        body["description"] = attachment.description
    return body


def reference_json(message: Message) -> Json:
    """Return the reference of a message to the one it answers."""
    body: Json = {
        "type": 0,
        "message_id": str(message.reference_id),
        "channel_id": str(message.channel.id),
    }
    if message.channel.guild is not None:
        body["guild_id"] = str(message.channel.guild.id)
    return body


def message_json(message: Message, users: dict[int, User], *, nested: bool = False) -> Json:
    """Return a message object in full; ``users`` resolves mentions, ``nested`` stops at one reply."""
    mentioned = list(message.mention_ids)
    if message.replied_user_pinged and message.reply_to is not None:
        mentioned.append(message.reply_to.author.id)
    body: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "author": user_json(message.author),
        "type": message.kind,
        "content": message.content,
        "timestamp": iso(message.created_at),
        "edited_timestamp": None if message.edited_at is None else iso(message.edited_at),
        "flags": message.flags,
        "tts": False,
        "pinned": False,
        "mention_everyone": message.mention_everyone,
        "mentions": [user_json(users[user_id]) for user_id in dict.fromkeys(mentioned)],
        "mention_roles": [str(role_id) for role_id in message.mention_role_ids],
        "attachments": [attachment_json(attachment) for attachment in message.attachments],
        "embeds": message.embeds,
        "components": message.components,
    }
    if message.reactions:
        body["reactions"] = [_reaction_json(*item) for item in message.reactions.items()]
    if message.nonce is not None:
        body["nonce"] = message.nonce
    if message.reference_id is not None:
        body["message_reference"] = reference_json(message)
        if not nested and message.sends_quoted:
            shown = message.reply_to
            gone = shown is None or shown.deleted
            body["referenced_message"] = (
                None if gone or shown is None else message_json(shown, users, nested=True)
            )
    if message.interaction is not None:
        body["application_id"] = body["webhook_id"] = str(message.author.id)
        body["interaction_metadata"] = interaction_metadata_json(message.interaction)
    return body


def _reaction_json(emoji: str, user_ids: list[int]) -> Json:
    return {
        "emoji": {"id": None, "name": emoji},
        "count": len(user_ids),
        "count_details": {"burst": 0, "normal": len(user_ids)},
        "me": False,
        "me_burst": False,
        "burst_colors": [],
    }


def interaction_metadata_json(interaction: Interaction) -> Json:
    """Return how a message tells which interaction made it."""
    body: Json = {
        "id": str(interaction.id),
        "type": interaction.kind,
        "user": user_json(interaction.user),
        "authorizing_integration_owners": integration_owners(interaction),
    }
    if interaction.kind == 2:
        body["name"] = interaction.command_name
        if "target_id" in interaction.data:
            body["target_message_id"] = interaction.data["target_id"]
    if interaction.kind == 3 and interaction.source is not None:
        body["interacted_message_id"] = str(interaction.source.id)
    return body


def integration_owners(interaction: Interaction) -> dict[str, str]:
    """Return who installed the app here: kind 0 is the guild ("0" in the app's own DM), 1 the user."""
    if interaction.is_user_install:
        return {"1": str(interaction.user.id)}
    guild = interaction.channel.guild
    return {"0": "0" if guild is None else str(guild.id)}


def context_of(channel: Channel) -> int:
    """Return Discord's number: 0 in a server, 1 in the app's direct messages, 2 in a group."""
    if channel.guild is not None:
        return 0
    return 1 if channel.has_app else 2


def interaction_json(interaction: Interaction, bot: User, users: dict[int, User]) -> Json:
    """Return what INTERACTION_CREATE carries."""
    channel, user = interaction.channel, interaction.user
    body: Json = {
        "id": str(interaction.id),
        "application_id": str(bot.id),
        "type": interaction.kind,
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": str(channel.id),
        "channel": channel_json(channel) | {"permissions": str(permissions_in(channel, user))},
        "context": context_of(channel),
        "authorizing_integration_owners": integration_owners(interaction),
        "app_permissions": str(
            USER_INSTALL_PERMISSIONS
            if interaction.is_user_install
            else permissions_in(channel, bot)
        ),
        "attachment_size_limit": ATTACHMENT_LIMIT_BYTES,
        "locale": user.locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
    }
    if channel.guild is None:
        body["user"] = user_json(user)
    else:
        guild = channel.guild
        permissions = str(permissions_in(channel, user))
        body |= {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
            "guild_locale": "en-US",
            "member": member_json(guild.members[user.id]) | {"permissions": permissions},
        }
    if interaction.source is not None:
        body["message"] = message_json(interaction.source, users)
    return body
