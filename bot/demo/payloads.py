"""Messages and interactions in Discord's JSON, as the gateway and the REST API send them."""

from bot.demo.permissions import USER_INSTALL_PERMISSIONS, permissions_in
from bot.demo.placepayloads import channel_json, context_of, member_json, user_json
from bot.demo.state import ATTACHMENT_LIMIT_BYTES, Attachment, Interaction, Json, Message, User, iso


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
            "guild": {
                "id": str(guild.id),
                "locale": guild.locale,
                "features": guild.features,
            },
            "guild_locale": guild.locale,
            "member": member_json(guild.members[user.id]) | {"permissions": permissions},
        }
    if interaction.source is not None:
        body["message"] = message_json(interaction.source, users)
    return body
