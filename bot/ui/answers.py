"""One answer to one message: shown while it runs, replaced by the result. Never two."""

import logging
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import aiohttp
import discord

from bot.desk import Shown
from bot.models import Reply
from bot.ui.convert import FORMS, Form, Payload, payload
from bot.ui.patience import LONG, SOON, always, insist, passes
from bot.ui.replies import our_reply_to

log = logging.getLogger(__name__)

# Discord's error codes, from its developer documentation (opcodes and status codes).
TOO_MANY_OLD_EDITS: Final = 30046
MISSING_ACCESS: Final = 50001
MISSING_PERMISSIONS: Final = 50013
CANNOT_REPLY_WITHOUT_HISTORY: Final = 160002
INVALID_FORM: Final = 50035

# What may come up when one talks to Discord: its refusals, and the network.
DISCORD_FAILURES: Final = (discord.DiscordException, aiohttp.ClientError, OSError)

# Discord counts edits of messages that are older than an hour more strictly.
_OLD: Final = timedelta(minutes=59)
_SECONDS_BETWEEN_OLD_EDITS: Final = 10.0


class MessageAnswer:
    """Answers a member's message with one reply, which is edited from then on. Never raises.

    Where the bot may not write at all, the member gets the answer in a direct message, if
    ``may_write_directly`` is switched on, as operator and server allow it. What fails for reasons
    that pass is tried again; Discord knows a repeated message by its nonce.

    Args:
        message: what is answered.
        existing: the reply that it got before, to be edited.
        us: the bot's user id.
        is_uncertain: whether somebody may have sent a reply that nobody knows of.
    """

    def __init__(
        self,
        message: discord.Message,
        existing: discord.PartialMessage | None = None,
        *,
        us: int,
        is_uncertain: bool = False,
    ) -> None:
        self.may_write_directly = False
        self._message = message
        self._us = us
        self._target: discord.abc.Messageable = message.channel
        self._reference: discord.MessageReference | None = message.to_reference()
        self._sent: discord.Message | discord.PartialMessage | None = existing
        self._shown: Shown | None = None
        self._next_old_edit = 0.0
        self._nonce = str(message.id)
        self._is_uncertain = is_uncertain
        self._has_failed = False
        self._replaced_id: int | None = None

    @property
    def shown(self) -> Shown | None:
        """What can be seen now."""
        return self._shown

    @property
    def message(self) -> discord.Message | discord.PartialMessage | None:
        """The reply, if there is one."""
        return self._sent

    async def accepted(self) -> None:
        """Say nothing yet: most programs end before one could read it."""

    async def running(self, reply: Reply) -> None:
        """Show that it waits or runs; in an old message rarely, and not if it takes no more edits."""
        if self._sent is None or datetime.now(UTC) - self._sent.created_at < _OLD:
            await self._show(reply, SOON, always)
        elif time.monotonic() >= self._next_old_edit:
            self._next_old_edit = time.monotonic() + _SECONDS_BETWEEN_OLD_EDITS
            try:
                await self._works_in_some_form(partial(self._edit, self._sent, reply))
            except DISCORD_FAILURES as error:
                log.info(
                    "message %d: its old answer shows no progress: %s", self._message.id, error
                )
                self._next_old_edit = math.inf

    async def finish(self, reply: Reply, *, is_wanted: Callable[[], bool] = always) -> bool:
        """Show the answer; return `False` if Discord did not answer while it was wanted."""
        return await self._show(reply, LONG, is_wanted)

    async def _show(
        self, reply: Reply, waits: Sequence[float], is_wanted: Callable[[], bool]
    ) -> bool:
        try:
            await insist(partial(self._show_in_some_form, reply), waits, is_wanted=is_wanted)
        except discord.NotFound:
            log.info("message %d: its answer or its channel is gone", self._message.id)
            self._shown = None  # what was forgotten with it is not to be kept anew
        except DISCORD_FAILURES as error:
            if _answers_nothing(error):
                log.info("message %d: is gone, and gets no answer", self._message.id)
                return True
            log.warning("message %d: could not be answered: %s", self._message.id, error)
            return not passes(error)
        return True

    async def _works_in_some_form(self, show: Callable[[Form], Awaitable[None]]) -> bool:
        for form in self._forms():
            try:
                await show(form)
            except discord.Forbidden as error:
                if error.code == MISSING_ACCESS:
                    return False
                if error.code != MISSING_PERMISSIONS:
                    raise
            else:
                return True
        return False

    async def _show_in_some_form(self, reply: Reply) -> None:
        if await self._works_in_some_form(partial(self._send_or_edit, reply)):
            return
        is_direct = self._message.guild is None or self._target is self._message.author
        if is_direct or not self.may_write_directly:
            log.warning("message %d: I may not answer it anywhere", self._message.id)
            return
        self._target, self._reference, self._sent = self._message.author, None, None
        await self._send_or_edit(reply, FORMS[0])

    def _forms(self) -> Sequence[Form]:
        """Return the forms that can work, by the permissions that Discord told us; perhaps none."""
        guild, channel = self._message.guild, self._message.channel
        if guild is None or self._target is not channel:
            return FORMS
        if isinstance(channel, discord.PartialMessageable):
            return FORMS
        try:
            may = channel.permissions_for(guild.me)
        except discord.ClientException:  # a thread whose channel the bot does not know
            return FORMS
        is_thread = isinstance(channel, discord.Thread)
        may_write = may.send_messages_in_threads if is_thread else may.send_messages
        return [
            form
            for form in FORMS
            if may_write
            and (may.embed_links or not form.embeds)
            and (may.attach_files or not form.files)
        ]

    async def _send_or_edit(self, reply: Reply, form: Form) -> None:
        if (old := self._sent) is not None:
            try:
                await self._edit(old, reply, form)
            except (discord.HTTPException, discord.RateLimited) as error:
                if not _is_edited_too_often(error):
                    raise
                # Better a new message than an answer that is not the program's.
                log.info("message %d: its old answer takes no more edits", self._message.id)
                with suppress(*DISCORD_FAILURES):
                    await old.delete()
                # A nonce of its own: the one before stands for the old answer.
                self._sent, self._replaced_id, self._nonce = None, old.id, str(old.id)
            else:
                return
        await self._send(reply, form)

    async def _edit(
        self, sent: discord.Message | discord.PartialMessage, reply: Reply, form: Form
    ) -> None:
        made = payload(reply, form, self._message.author.id)
        await sent.edit(
            content=made.content, embeds=made.embeds, attachments=made.files, view=made.view
        )
        self._note(sent, made)

    async def _send(self, reply: Reply, form: Form) -> None:
        if self._reference is not None:
            try:
                await self._send_once(reply, form)
            except discord.HTTPException as error:
                if error.code != CANNOT_REPLY_WITHOUT_HISTORY:
                    raise
                self._reference = None
            else:
                return
        await self._send_once(reply, form)

    async def _send_once(self, reply: Reply, form: Form) -> None:
        if self._has_failed and (found := await self._found()) is not None:
            await self._edit(found, reply, form)
            self._sent = found
            return
        made = payload(reply, form, self._message.author.id)
        try:
            self._sent = await self._target.send(
                made.content,
                embeds=made.embeds,
                files=made.files,
                view=made.view,  # type: ignore[arg-type]  # None is none
                reference=self._reference,  # type: ignore[arg-type]
                nonce=self._nonce,
                mention_author=False,
            )
        except DISCORD_FAILURES as error:
            self._has_failed |= passes(error)
            raise
        self._note(self._sent, made)
        if self._is_uncertain or self._has_failed:  # what has that nonce may be older
            self._is_uncertain = self._has_failed = False
            await self._edit(self._sent, reply, form)

    async def _found(self) -> discord.Message | None:
        """Return the reply that an earlier try sent after all; a nonce is known for minutes only."""
        if self._reference is None:
            return None
        try:
            return await our_reply_to(self._message, us=self._us, other_than=self._replaced_id)
        except discord.Forbidden:
            return None

    def _note(self, sent: discord.Message | discord.PartialMessage, made: Payload) -> None:
        self._shown = Shown(
            channel_id=sent.channel.id, reply_id=sent.id, unattached=made.unattached
        )


def _is_edited_too_often(error: discord.HTTPException | discord.RateLimited) -> bool:
    return isinstance(error, discord.RateLimited) or error.code == TOO_MANY_OLD_EDITS


def _answers_nothing(error: BaseException) -> bool:
    """Return whether Discord refuses an answer because the message is gone that it would answer."""
    is_form = isinstance(error, discord.HTTPException) and error.code == INVALID_FORM
    return is_form and "message_reference" in str(error)
