"""What the bot's owner does for all servers: blocks, maintenance. Each is audited. It returns replies."""

import time
from collections.abc import Callable

from bot import moderationtexts
from bot.escaping import plain
from bot.jobs import Jobs
from bot.models import Reply, Stopper, Tone
from bot.policy import person_key
from bot.rendering import say
from bot.standing import MAINTENANCE, Standing
from bot.store import AuditEntry, Block, Store


class Owning:
    """The owner's actions.

    Every method raises `bot.errors.StoreError` when the store fails; nothing is done then.

    Args:
        store: keeps blocks, flags and the log.
        standing: is told of maintenance.
        jobs: what runs now.
        now: seconds since 1970.
    """

    def __init__(
        self,
        store: Store,
        standing: Standing,
        jobs: Jobs,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._standing = standing
        self._jobs = jobs
        self._now = now

    async def block(
        self,
        by_id: int,
        *,
        user_id: int | None,
        guild_id: int | None,
        seconds: float | None,
        reason: str,
    ) -> Reply:
        """Let a person run nothing anywhere, or nobody on a server; what runs of theirs is stopped."""
        now = self._now()
        block = Block(
            user_id=user_id,
            guild_id=guild_id,
            by_id=by_id,
            at=now,
            reason=" ".join(reason.split()),
            expires_at=None if seconds is None else now + seconds,
        )
        whom = moderationtexts.whom(user_id, guild_id)
        detail = moderationtexts.block_detail(whom, block.expires_at, block.reason)
        await self._store.blocks.put(block, self._entry(by_id, "block.add", detail))
        owner = None if user_id is None else person_key(user_id)
        stopped = await self._jobs.stop_all(owner=owner, guild_id=guild_id, by=Stopper.OWNER)
        words = moderationtexts.was_blocked_everywhere(whom, block.expires_at, stopped)
        return say(moderationtexts.DONE, words, Tone.OK)

    async def unblock(self, by_id: int, *, user_id: int | None, guild_id: int | None) -> Reply:
        """Lift such a block."""
        whom = moderationtexts.whom(user_id, guild_id)
        had = await self._store.blocks.remove(
            user_id=user_id, guild_id=guild_id, entry=self._entry(by_id, "block.remove", whom)
        )
        words = moderationtexts.was_unblocked_everywhere(whom, had=had)
        return say(moderationtexts.DONE, words, Tone.OK if had else Tone.REFUSED)

    async def begin_maintenance(self, by_id: int, message: str) -> Reply:
        """Run nothing for now, and tell everybody why; what runs goes on to its end."""
        entry = self._entry(by_id, "maintenance.on", plain(message, 300))
        await self._store.flags.put(MAINTENANCE, message, entry)
        self._standing.changed()
        words = moderationtexts.maintenance_began(moderationtexts.in_maintenance(message))
        return say(moderationtexts.DONE, words, Tone.OK)

    async def end_maintenance(self, by_id: int) -> Reply:
        """Run programs again."""
        await self._store.flags.remove(MAINTENANCE, self._entry(by_id, "maintenance.off"))
        self._standing.changed()
        return say(moderationtexts.DONE, moderationtexts.MAINTENANCE_ENDED, Tone.OK)

    async def note_reload(self, by_id: int) -> None:
        """Write down that the languages were read anew."""
        await self._store.audits.add(self._entry(by_id, "languages.reload"))

    def _entry(self, by_id: int, action: str, detail: str = "") -> AuditEntry:
        return AuditEntry(
            guild_id=None, user_id=by_id, at=self._now(), action=action, detail=detail
        )
