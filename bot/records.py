"""Keeps and finds what the store must know about replies; a failing store costs as little as it can."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace

from bot.errors import StoreError
from bot.settings.keeper import SettingsKeeper
from bot.store import Horizons, Record, Store

log = logging.getLogger(__name__)

KEEP_CODE_SECONDS = 7 * 24 * 3600.0
KEEP_HISTORY_SECONDS = 30 * 24 * 3600.0
_KEEP_REPLIES_SECONDS = 30 * 24 * 3600.0
_KEEP_AUDITS_SECONDS = 365 * 24 * 3600.0
_KEEP_QUOTAS_SECONDS = 24 * 3600.0
# Longer than anybody looks back for messages (bot/cogs/catchup.py), also with a clock that is off.
_KEEP_ANSWERED_SECONDS = 3 * 3600.0
# As far as a clock may be ahead of the one that counted a run.
_AHEAD_SECONDS = 60.0
_TIDY_EVERY_SECONDS = 3600.0
_DAY_SECONDS = 24 * 3600.0
# A button can be pressed before we were told that the message with it was sent.
_TRIES = 10
_TRY_AGAIN_AFTER_SECONDS = 0.1


class Records:
    """The store as the bot uses it.

    Args:
        store: keeps records; stays its maker's to close.
        keep_code_seconds: how long code is kept that stands in no message; 0 keeps none.
        keep_history_seconds: how long it is kept what ran.
        settings: say which servers want code kept for less long; `None` where there are none.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        store: Store,
        *,
        keep_code_seconds: float = KEEP_CODE_SECONDS,
        keep_history_seconds: float = KEEP_HISTORY_SECONDS,
        settings: SettingsKeeper | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._keep_code_seconds = keep_code_seconds
        self._keep_history_seconds = keep_history_seconds
        self._settings = settings
        self._clock = clock

    async def keep(self, record: Record) -> None:
        """Keep ``record`` as made now; without its code if none is to be kept."""
        try:
            await self._store.replies.put(await self._made_now(record))
        except StoreError as error:
            log.error("reply %d was not recorded: %s", record.reply_id, error)  # noqa: TRY400

    async def change(self, old: Record, new: Record) -> None:
        """Keep ``new`` as made now in place of ``old``; nothing happens if that was erased meanwhile."""
        try:
            await self._store.replies.change(old.reply_id, await self._made_now(new))
        except StoreError as error:
            log.error("reply %d was not recorded: %s", new.reply_id, error)  # noqa: TRY400

    async def by_reply(self, reply_id: int) -> Record | None:
        """Return the record of a reply, which may be just being made.

        Raises:
            StoreError: the store cannot be read.
        """
        for _ in range(_TRIES):
            if record := await self._store.replies.by_reply(reply_id):
                return record
            await asyncio.sleep(_TRY_AGAIN_AFTER_SECONDS)
        return None

    async def look_up(self, asked_id: int) -> Record | None:
        """Return the record of the reply to a message.

        Raises:
            StoreError: the store cannot be read.
        """
        return await self._store.replies.by_asked(asked_id)

    async def by_asked(self, asked_id: int) -> Record | None:
        """Return the record of the reply to a message; `None` also if the store cannot be read."""
        try:
            return await self.look_up(asked_id)
        except StoreError as error:
            log.error("message %d was not looked up: %s", asked_id, error)  # noqa: TRY400
            return None

    async def is_new(self, asked_id: int) -> bool:
        """Return whether nobody set out to answer a message yet; also if the store cannot be read."""
        try:
            return not await self._store.replies.is_answered(asked_id)
        except StoreError as error:
            log.error("message %d was not looked up: %s", asked_id, error)  # noqa: TRY400
            return True

    async def pending(self) -> tuple[Record, ...]:
        """Return what has no answer yet; nothing if the store cannot be read."""
        try:
            return await self._store.replies.pending()
        except StoreError as error:
            log.error("answers under way were not looked up: %s", error)  # noqa: TRY400
            return ()

    async def private_channels(self, limit: int) -> tuple[int, ...]:
        """Return where members of no server were answered last; none if the store cannot be read."""
        try:
            return await self._store.replies.private_channels(limit=limit)
        except StoreError as error:
            log.error("private channels were not looked up: %s", error)  # noqa: TRY400
            return ()

    async def begin(self, record: Record, token: str) -> None:
        """Note that a reply is about to be made anew; nothing happens if it is gone meanwhile."""
        await self.change(record, replace(record, is_pending=True, token=token))

    async def settle(self, asked_id: int) -> None:
        """Note that there is nothing left to be done for a message."""
        await self._settle(await self.by_asked(asked_id))

    async def settle_reply(self, reply_id: int) -> None:
        """Note that a reply stays as it is."""
        await self._settle(await self.known(reply_id))

    async def _settle(self, record: Record | None) -> None:
        if record is not None and record.is_pending:
            await self.change(record, replace(record, is_pending=False, token=""))

    async def known(self, reply_id: int) -> Record | None:
        """Return the record of a reply if it is there now; `None` also if the store cannot be read."""
        try:
            return await self._store.replies.by_reply(reply_id)
        except StoreError as error:
            log.error("reply %d was not looked up: %s", reply_id, error)  # noqa: TRY400
            return None

    async def reply_is_gone(self, reply_id: int) -> None:
        """Forget a reply that was deleted, but not that its message was answered."""
        try:
            record = await self._store.replies.by_reply(reply_id)
        except StoreError as error:
            log.error("reply %d was not forgotten: %s", reply_id, error)  # noqa: TRY400
            return
        if record is None or record.asked_id is None:
            await self.remove(reply_id)
        elif record.has_reply:
            await self.change(
                record,
                replace(
                    record,
                    reply_id=record.asked_id,
                    request=None,
                    output=(),
                    is_pending=False,
                    token="",
                ),
            )

    async def remove(self, reply_id: int) -> None:
        """Forget a reply and the code that was kept for it."""
        try:
            await self._store.replies.remove(reply_id)
        except StoreError as error:
            log.error("reply %d was not forgotten: %s", reply_id, error)  # noqa: TRY400

    async def keep_tidy(self) -> None:
        """Drop what is too old, now and every hour, until it is cancelled."""
        while True:
            now = self._clock()
            try:
                await self._store.forget(
                    Horizons(
                        code_before=now - self._keep_code_seconds,
                        replies_before=now - _KEEP_REPLIES_SECONDS,
                        answered_before=now - _KEEP_ANSWERED_SECONDS,
                        runs_before=now - self._keep_history_seconds,
                        quotas_before=now - _KEEP_QUOTAS_SECONDS,
                        quotas_after=now + _AHEAD_SECONDS,
                        audits_before=now - _KEEP_AUDITS_SECONDS,
                        blocks_before=now,
                    )
                )
                await self._forget_code_of_servers(now)
            except StoreError as error:
                log.error("old records were not dropped: %s", error)  # noqa: TRY400
            await asyncio.sleep(_TIDY_EVERY_SECONDS)

    async def _forget_code_of_servers(self, now: float) -> None:
        for guild_id in await self._store.settings.guilds():
            seconds = await self._code_seconds(guild_id)
            if seconds < self._keep_code_seconds:
                await self._store.replies.forget_code(guild_id, before=now - seconds)

    async def _made_now(self, record: Record) -> Record:
        if await self._code_seconds(record.guild_id) <= 0:
            record = replace(record, request=None, output=())
        return replace(record, created_at=self._clock())

    async def _code_seconds(self, guild_id: int | None) -> float:
        """Return how long code is kept there; not at all where nobody knows what they want."""
        if self._settings is None:
            return self._keep_code_seconds
        try:
            days = (await self._settings.of(guild_id)).keep_code_days
        except StoreError:
            return 0.0
        most = self._keep_code_seconds
        return most if days is None else min(most, days * _DAY_SECONDS)
