"""Which permissions somebody has in a channel (docs: topics/permissions)."""

from enum import IntFlag

from bot.demo.state import Channel, User


class Permission(IntFlag):
    """The permissions that the stand-in checks or that a command may ask for."""

    ADMINISTRATOR = 1 << 3
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_APPLICATION_COMMANDS = 1 << 31
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EXTERNAL_APPS = 1 << 50


ALL_PERMISSIONS = sum(Permission)
MEMBER_PERMISSIONS = ALL_PERMISSIONS & ~(
    Permission.ADMINISTRATOR
    | Permission.MANAGE_GUILD
    | Permission.MANAGE_MESSAGES
    | Permission.MENTION_EVERYONE
)
BOT_PERMISSIONS = MEMBER_PERMISSIONS
# What an app may do in its answers where only the person who used it has installed it.
USER_INSTALL_PERMISSIONS = Permission.EMBED_LINKS | Permission.ATTACH_FILES


def permissions_in(channel: Channel, user: User) -> int:
    """Return the permission bits ``user`` has in ``channel``; none for who is not a member."""
    if channel.parent is not None:
        return permissions_in(channel.parent, user)  # a thread has none of its own
    guild = channel.guild
    if guild is None:
        return MEMBER_PERMISSIONS if user in channel.recipients else 0
    member = guild.members.get(user.id)
    if member is None:
        return 0
    if guild.owner_id == user.id:
        return ALL_PERMISSIONS
    bits = guild.roles["@everyone"].permissions
    for role in member.roles:
        bits |= role.permissions
    if bits & Permission.ADMINISTRATOR:
        return ALL_PERMISSIONS
    role_ids = {guild.id, *(role.id for role in member.roles)}
    for kind, ids in ((0, role_ids), (1, {user.id})):
        for overwrite in channel.overwrites:
            if overwrite.kind == kind and overwrite.id in ids:
                bits = bits & ~overwrite.deny | overwrite.allow
    return bits
