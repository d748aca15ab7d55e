"""What moderators do: block, unblock, stop, and count what ran. It returns replies."""

import math
import re
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from bot import moderationtexts
from bot.errors import RefusedError
from bot.jobs import Jobs
from bot.models import Caller, Reply, Stopper, Tone
from bot.policy import person_key
from bot.rendering import say
from bot.speech import speaking
from bot.store import AuditEntry, Block, Store

_UNIT_SECONDS: Final = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION: Final = re.compile(r"(?a:([1-9][0-9]{0,3})\s*([mhdw]))")
_REASON_CHARACTERS: Final = 300
_DAY_SECONDS: Final = 86_400


def parse_block_duration(text: str) -> float | None:
    """Return the seconds that a moderator's ``30m``, ``12h``, ``7d`` or ``4w`` means; `None` for ever.

    Raises:
        RefusedError: it is none of that.
    """
    typed = text.strip().lower()
    if typed in ("", "forever", "ever"):
        return None
    match = _DURATION.fullmatch(typed)
    if match is None:
        raise RefusedError(moderationtexts.BAD_DURATION)
    return float(match[1]) * _UNIT_SECONDS[match[2]]


class Moderating:
    """The moderators' actions in one server, each audited.

    Every method raises `bot.errors.StoreError` when the store fails, and `bot.errors.RefusedError` for
    what makes no sense; nothing is done then.

    Args:
        store: keeps blocks, the log and the history.
        jobs: what runs now.
        keep_history_days: for how long it is kept what ran.
        now: seconds since 1970.
    """

    def __init__(
        self,
        store: Store,
        jobs: Jobs,
        *,
        keep_history_days: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.keep_history_days = keep_history_days
        self._store = store
        self._jobs = jobs
        self._now = now

    async def block(
        self, caller: Caller, user_id: int, *, seconds: float | None, reason: str
    ) -> Reply:
        """Let a member run nothing here for ``seconds``, or for ever; what runs of theirs is stopped."""
        now = self._now()
        expires_at = None if seconds is None else now + seconds
        reason = " ".join(reason.split())[:_REASON_CHARACTERS]
        block = Block(
            user_id=user_id,
            guild_id=caller.guild_id,
            by_id=caller.user_id,
            at=now,
            reason=reason,
            expires_at=expires_at,
        )
        with speaking(caller.server_locale):
            detail = moderationtexts.block_detail(f"<@{user_id}>", expires_at, reason)
        await self._store.blocks.put(block, self._entry(caller, "block.add", detail))
        stopped = await self._jobs.stop_all(
            owner=person_key(user_id), guild_id=caller.guild_id, by=Stopper.MODERATOR
        )
        words = moderationtexts.was_blocked(user_id, expires_at, reason, stopped)
        return say(moderationtexts.DONE, words, Tone.OK)

    async def unblock(self, caller: Caller, user_id: int) -> Reply:
        """Lift a member's block here; nobody lifts their own."""
        if user_id == caller.user_id:
            raise RefusedError(moderationtexts.NOT_YOUR_OWN)
        entry = self._entry(caller, "block.remove", f"<@{user_id}>")
        had = await self._store.blocks.remove(
            user_id=user_id, guild_id=caller.guild_id, entry=entry
        )
        words = moderationtexts.was_unblocked(user_id, had=had)
        return say(moderationtexts.DONE, words, Tone.OK if had else Tone.REFUSED)

    async def stop(self, caller: Caller, user_id: int | None) -> Reply:
        """Stop a member's runs in this server, or everybody's."""
        owner = None if user_id is None else person_key(user_id)
        stopped = await self._jobs.stop_all(
            owner=owner, guild_id=caller.guild_id, by=Stopper.MODERATOR
        )
        with speaking(caller.server_locale):
            whose = f" (<@{user_id}>)" if user_id is not None else ""
            detail = f"{moderationtexts.runs(stopped)}{whose}"
        await self._store.audits.add(self._entry(caller, "runs.stop", detail))
        tone = Tone.OK if stopped else Tone.REFUSED
        return say(moderationtexts.DONE, moderationtexts.was_stopped(stopped), tone)

    def countable_days(self, days: int) -> int:
        """Return how many of ``days`` history goes back, in whole ones; 0 if it keeps nothing.

        Of less than a day it is today, as far as that is kept.
        """
        return min(days, math.ceil(self.keep_history_days), max(1, int(self.keep_history_days)))

    async def per_day(self, caller: Caller, days: int) -> tuple[list[Counter[str]], int]:
        """Return how many programs of each language ran here on each of ``days`` days, today last.

        Returns:
            One counter for each day, and the number of the first day since 1970, in UTC.
        """
        today = int(self._now() // _DAY_SECONDS)
        first = today - days + 1
        counts = [Counter[str]() for _ in range(days)]
        for row in await self._store.runs.per_day(
            guild_id=caller.guild_id, since=float(first * _DAY_SECONDS)
        ):
            if first <= row.day <= today:
                counts[row.day - first][row.language] += row.runs
        return counts, first

    def _entry(self, caller: Caller, action: str, detail: str) -> AuditEntry:
        return AuditEntry(
            guild_id=caller.guild_id,
            user_id=caller.user_id,
            at=self._now(),
            action=action,
            detail=detail,
        )
