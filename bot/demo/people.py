"""The people: what they do in their clients, and waiting for what the bot answers."""

from collections.abc import Callable, Sequence

from bot.demo.permissions import Permission, permissions_in
from bot.demo.state import Channel, Message, Upload, User
from bot.demo.world import Draft, World

WAIT_SECONDS = 5.0


class People:
    """Acts for people and waits for the bot. The chat page and the tests use the same methods."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def say(
        self,
        channel: Channel,
        user: User,
        content: str,
        *,
        attachments: Sequence[Upload] = (),
        reply_to: Message | None = None,
        ping: bool = True,
        sends_quoted: bool = True,
    ) -> Message:
        """Send a message as ``user``; ``ping`` is the client's switch for notifying who is answered.

        Without ``sends_quoted`` Discord leaves out the message that is answered, as it may.

        Raises:
            ValueError: there is nothing in it, or more than 4000 characters (Nitro's limit).
        """
        text = content.strip()
        if not text and not attachments:
            raise ValueError("a message needs text or a file")
        if len(text) > 4000:
            raise ValueError("a message has at most 4000 characters; attach longer text as a file")
        allowed = {"parse": ["users", "roles", "everyone"], "replied_user": ping}
        draft = Draft(
            content=text,
            uploads=attachments,
            reply_to=reply_to,
            allowed_mentions=allowed,
            sends_quoted=sends_quoted,
        )
        return self.world.create_message(channel, user, draft)

    async def open_thread(self, channel: Channel, name: str) -> Channel:
        """Open a thread below ``channel``.

        Raises:
            ValueError: it is a direct message.
        """
        return self.world.open_thread(channel, name)

    async def archive(self, thread: Channel) -> None:
        """Put a thread away."""
        self.world.archive_thread(thread)

    async def edit(self, message: Message, content: str) -> None:
        """Edit a message as its author."""
        self.world.edit_message(message, {"content": content.strip()})

    async def delete(self, message: Message) -> None:
        """Delete a message."""
        self.world.delete_message(message)

    async def delete_channel(self, channel: Channel) -> None:
        """Delete a server's channel with everything in it."""
        self.world.delete_channel(channel)

    async def delete_many(self, channel: Channel, messages: Sequence[Message]) -> None:
        """Delete many messages of a channel at once."""
        self.world.delete_messages(channel, messages)

    def may_delete(self, user: User, message: Message) -> bool:
        """Return whether a client offers ``user`` to delete ``message``."""
        manage = permissions_in(message.channel, user) & Permission.MANAGE_MESSAGES
        return message.author is user or (bool(manage) and not message.channel.is_dm)

    async def react(self, message: Message, user: User, emoji: str, *, add: bool = True) -> None:
        """Add or take away a reaction."""
        self.world.react(message, user, emoji, add=add)

    async def wait_for_message(
        self,
        predicate: Callable[[Message], bool] | None = None,
        timeout_seconds: float = WAIT_SECONDS,
        *,
        after: Message | None = None,
    ) -> Message:
        """Return the oldest of the bot's messages that fits, also one that is already there.

        Without ``predicate`` any fits; "thinking…" never does. ``after`` skips older messages.

        Raises:
            TimeoutError: none came within ``timeout_seconds``.
        """
        since = 0 if after is None else after.id

        def probe() -> Message | None:
            for message in self.world.messages.values():
                if message.id <= since or message.author is not self.world.bot:
                    continue
                if not message.is_loading and (predicate is None or predicate(message)):
                    return message
            return None

        return await self.world.hub.wait_until(probe, timeout_seconds)

    async def wait_for_reply(
        self, message: Message, timeout_seconds: float = WAIT_SECONDS
    ) -> Message:
        """Return the bot's answer to ``message``.

        Raises:
            TimeoutError: none came within ``timeout_seconds``.
        """
        return await self.wait_for_message(lambda found: found.reply_to is message, timeout_seconds)

    async def wait_for_edit(
        self,
        message: Message,
        predicate: Callable[[Message], bool] | None = None,
        timeout_seconds: float = WAIT_SECONDS,
    ) -> Message:
        """Return ``message`` once it fits; without ``predicate`` once it is edited after this call.

        Raises:
            TimeoutError: it did not within ``timeout_seconds``.
        """
        before = message.revisions

        def probe() -> Message | None:
            fits = message.revisions > before if predicate is None else predicate(message)
            return message if fits else None

        return await self.world.hub.wait_until(probe, timeout_seconds)

    async def wait_for_delete(
        self, message: Message, timeout_seconds: float = WAIT_SECONDS
    ) -> None:
        """Return once ``message`` is gone.

        Raises:
            TimeoutError: it is still there after ``timeout_seconds``.
        """
        await self.world.hub.wait_until(lambda: True if message.deleted else None, timeout_seconds)
