"""The living state: every change to it goes through here and is published to the hub."""

import mimetypes
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.demo.events import Event, Hub
from bot.demo.mentions import Mentions, find_mentions, pinged_users
from bot.demo.placepayloads import channel_json, member_json
from bot.demo.seed import (
    make_bot,
    make_elsewhere,
    make_group,
    make_guilds,
    make_joined,
    make_many,
    make_users,
)
from bot.demo.state import (
    Attachment,
    Channel,
    Clock,
    Guild,
    Interaction,
    Json,
    Message,
    MessageFlag,
    Overwrite,
    Snowflakes,
    Upload,
    User,
)

MESSAGES_KEPT_PER_CHANNEL = 1000
ATTACHMENT_BYTES_KEPT = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message before it exists. ``allowed_mentions`` is Discord's object, None when not given."""

    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    uploads: Sequence[Upload] = ()
    flags: int = 0
    allowed_mentions: Json | None = None
    nonce: str | None = None
    reply_to: Message | None = None
    sends_quoted: bool = True
    kind: int | None = None  # None: 19 for an answer, otherwise 0
    interaction: Interaction | None = None


class World:
    """Guilds, people, channels and messages, with the operations that change them.

    ``clock`` returns seconds since 1970. ``cdn_url`` is set once the server knows its port.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.ids = Snowflakes(clock)
        self.hub = Hub()
        self.users = make_users(self.ids)
        self.bot = make_bot(self.ids)
        self.guilds = make_guilds(self.ids, self.users, self.bot)
        self.elsewhere = make_elsewhere(self.ids, self.users)
        self.group = make_group(self.ids, self.users)
        self.users_by_id = {user.id: user for user in (*self.users.values(), self.bot)}
        self.channels = {
            channel.id: channel
            for guild in (*self.guilds, self.elsewhere)
            for channel in guild.channels.values()
        } | {self.group.id: self.group}
        self.messages: dict[int, Message] = {}
        self.attachments: OrderedDict[int, Attachment] = OrderedDict()
        self.cdn_url = ""

    def join_guild(self, *, has_system_channel: bool, denied: int) -> Guild:
        """Return a new guild that the app is a member of, without what is ``denied`` in there."""
        guild = make_joined(self.ids, self.users, self.bot, has_system_channel=has_system_channel)
        overwrite = Overwrite(id=guild.id, kind=0, deny=denied)
        guild.channels["general"].overwrites.append(overwrite)
        self.guilds.append(guild)
        self.channels |= {channel.id: channel for channel in guild.channels.values()}
        return guild

    def found_guilds(self, count: int, *, channels: int, roles: int) -> None:
        """Add ``count`` guilds that the app is a member of."""
        for guild in make_many(
            self.ids, self.users, self.bot, count, channels=channels, roles=roles
        ):
            self.guilds.append(guild)
            self.channels |= {channel.id: channel for channel in guild.channels.values()}

    def dm(self, user: User) -> Channel:
        """Return the direct message channel between ``user`` and the app, made on first use."""
        for channel in self.channels.values():
            if channel.guild is None and channel.has_app and user in channel.recipients:
                return channel
        channel = Channel(id=self.ids.next(), name=user.name, recipients=[user, self.bot])
        self.channels[channel.id] = channel
        return channel

    def open_thread(self, channel: Channel, name: str) -> Channel:
        """Open a public thread below ``channel`` and tell the app."""
        guild = channel.guild
        if guild is None:
            raise ValueError("a direct message has no threads")
        thread = Channel(id=self.ids.next(), name=name, guild=guild, parent=channel)
        guild.threads[name] = self.channels[thread.id] = thread
        data = channel_json(thread) | {"newly_created": True}
        self.hub.publish(Event(name="THREAD_CREATE", channel=thread, data=data))
        return thread

    def archive_thread(self, thread: Channel) -> None:
        """Put a thread away, as Discord does after a while without messages, and tell the app."""
        thread.is_archived = True
        event = Event(name="THREAD_UPDATE", channel=thread, data=channel_json(thread))
        self.hub.publish(event)

    def create_message(self, channel: Channel, author: User, draft: Draft) -> Message:
        """Add a message and tell everybody who may see it."""
        message = self._new_message(channel, author, draft)
        self._apply_mentions(message, draft.content, draft.allowed_mentions)
        message.attachments = self.attach(channel, draft.uploads)
        channel.messages[message.id] = self.messages[message.id] = message
        if len(channel.messages) > MESSAGES_KEPT_PER_CHANNEL:
            oldest = channel.messages.pop(next(iter(channel.messages)))
            self.messages.pop(oldest.id, None)
        self.hub.publish(Event(name="MESSAGE_CREATE", channel=channel, message=message))
        return message

    def _new_message(self, channel: Channel, author: User, draft: Draft) -> Message:
        answered = draft.reply_to
        kind = draft.kind if draft.kind is not None else (0 if answered is None else 19)
        ephemeral = bool(draft.flags & MessageFlag.EPHEMERAL) and draft.interaction is not None
        return Message(
            id=self.ids.next(),
            channel=channel,
            author=author,
            content=draft.content,
            kind=kind,
            flags=draft.flags,
            created_at=self.clock(),
            embeds=draft.embeds,
            components=draft.components,
            reply_to=answered,
            reference_id=None if answered is None else answered.id,
            sends_quoted=draft.sends_quoted,
            interaction=draft.interaction,
            visible_to=draft.interaction.user if ephemeral and draft.interaction else None,
            nonce=draft.nonce,
        )

    def _apply_mentions(self, message: Message, content: str, allowed: Json | None) -> None:
        from_interaction = message.interaction is not None
        mentions = find_mentions(
            content, message.channel, message.author, allowed, interaction=from_interaction
        )
        message.mention_ids = list(mentions.user_ids)
        message.mention_role_ids = list(mentions.role_ids)
        message.mention_everyone = mentions.everyone
        message.replied_user_pinged = mentions.replied_user and message.reply_to is not None
        if message.revisions == 0:  # an edit notifies nobody
            message.pinged = self._pinged(message, mentions)

    def _pinged(self, message: Message, mentions: Mentions) -> frozenset[int]:
        answered = None if message.reply_to is None else message.reply_to.author
        pinged = pinged_users(mentions, message.channel, answered) - {message.author.id}
        if message.visible_to is not None:
            pinged &= {message.visible_to.id}
        return pinged

    def attach(self, channel: Channel, uploads: Sequence[Upload]) -> list[Attachment]:
        """Store files so that the CDN serves them; the oldest are dropped past a total size."""
        attachments = []
        for upload in uploads:
            name = re.sub(r"[^\w.\-]", "_", upload.filename)[-100:] or "unknown"
            kind = upload.content_type
            attachment = Attachment(
                id=self.ids.next(),
                filename=name,
                content=upload.content,
                content_type=mimetypes.guess_type(name)[0] if kind is None else kind or None,
                description=upload.description,
            )
            attachment.url = f"{self.cdn_url}/{channel.id}/{attachment.id}/{name}"
            attachments.append(attachment)
            self.attachments[attachment.id] = attachment
        self._drop_old_attachments()
        return attachments

    def _drop_old_attachments(self) -> None:
        total_bytes = sum(len(one.content) for one in self.attachments.values())
        while total_bytes > ATTACHMENT_BYTES_KEPT and len(self.attachments) > 1:
            _, dropped = self.attachments.popitem(last=False)
            total_bytes -= len(dropped.content)

    def edit_message(
        self, message: Message, changes: Json, *, allowed_mentions: Json | None = None
    ) -> None:
        """Change attributes of a message, such as ``{"content": "…"}``; "thinking…" ends with it."""
        was_loading = message.is_loading
        for name, value in changes.items():
            setattr(message, name, value)
        message.flags &= ~MessageFlag.LOADING
        message.revisions += 1
        if not was_loading:
            message.edited_at = self.clock()
        if "content" in changes:
            self._apply_mentions(message, message.content, allowed_mentions)
        self.publish_update(message)

    def publish_update(self, message: Message) -> None:
        """Send a MESSAGE_UPDATE, which also happens without an edit (link previews, pins)."""
        self.hub.publish(Event(name="MESSAGE_UPDATE", channel=message.channel, message=message))

    def delete_message(self, message: Message) -> None:
        """Remove a message."""
        message.deleted = True
        message.channel.messages.pop(message.id, None)
        self.messages.pop(message.id, None)
        data = location_json(message.channel) | {"id": str(message.id)}
        self.hub.publish(
            Event(name="MESSAGE_DELETE", channel=message.channel, message=message, data=data)
        )

    def delete_messages(self, channel: Channel, messages: Sequence[Message]) -> None:
        """Remove many messages of a channel at once, as moderators' tools do."""
        for message in messages:
            message.deleted = True
            channel.messages.pop(message.id, None)
            self.messages.pop(message.id, None)
        data = location_json(channel) | {"ids": [str(message.id) for message in messages]}
        self.hub.publish(Event(name="MESSAGE_DELETE_BULK", channel=channel, data=data))

    def delete_channel(self, channel: Channel) -> None:
        """Remove a guild's channel with all its messages, of which nobody is told one by one."""
        if channel.guild is None:
            raise ValueError("a direct message cannot be deleted")
        data = channel_json(channel)
        del channel.guild.channels[channel.name]
        del self.channels[channel.id]
        for message in channel.messages.values():
            message.deleted = True
            self.messages.pop(message.id, None)
        channel.messages.clear()
        self.hub.publish(Event(name="CHANNEL_DELETE", channel=channel, data=data))

    def react(self, message: Message, user: User, emoji: str, *, add: bool = True) -> None:
        """Add or take away a reaction with a plain emoji."""
        user_ids = message.reactions.setdefault(emoji, [])
        if add == (user.id in user_ids):
            return
        if add:
            user_ids.append(user.id)
        else:
            user_ids.remove(user.id)
        if not user_ids:
            del message.reactions[emoji]
        data = location_json(message.channel) | {
            "user_id": str(user.id),
            "message_id": str(message.id),
            "emoji": {"id": None, "name": emoji},
            "type": 0,
            "burst": False,
        }
        name = "MESSAGE_REACTION_ADD" if add else "MESSAGE_REACTION_REMOVE"
        self.hub.publish(
            Event(name=name, channel=message.channel, message=message, user=user, data=data)
        )

    def typing(self, channel: Channel, user: User) -> None:
        """Show that ``user`` is typing."""
        data = location_json(channel) | {"user_id": str(user.id), "timestamp": int(self.clock())}
        if channel.guild is not None:
            data["member"] = member_json(channel.guild.members[user.id])
        self.hub.publish(Event(name="TYPING_START", channel=channel, user=user, data=data))


def location_json(channel: Channel) -> Json:
    """Return the ids that say where an event happened."""
    body: Json = {"channel_id": str(channel.id)}
    if channel.guild is not None:
        body["guild_id"] = str(channel.guild.id)
    return body
