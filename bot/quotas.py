"""How many programs a member and a server may run in an hour; counted in the store."""

import asyncio
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import StoreError
from bot.models import Caller, Rules
from bot.store import QuotaStore

log = logging.getLogger(__name__)

HOUR_SECONDS = 3600.0
# What was counted a little later than it is now counts all the same: moments are made distinct.
_MOMENT_SECONDS = 1.0
# More servers than locks wait for each other now and then, and memory stays what it is.
_TURNS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How many seconds a run must wait, 0 if it need not, and when it was counted, if it was."""

    wait_seconds: float = 0.0
    counted_at: float | None = None


class Quotas:
    """Counts runs where a server limits them. A store that fails stops nobody.

    Args:
        store: counts them, also over a restart.
        now: seconds since 1970.
    """

    def __init__(self, store: QuotaStore, *, now: Callable[[], float] = time.time) -> None:
        self._store = store
        self._now = now
        self._turns = tuple(asyncio.Lock() for _ in range(_TURNS))
        self._last_at = 0.0

    async def take(self, caller: Caller, rules: Rules) -> Taken:
        """Count one run, unless it must wait."""
        if rules.member_runs_per_hour is None and rules.server_runs_per_hour is None:
            return Taken()
        async with self._turn(caller):  # so that two at once do not both take the last one
            try:
                wait_seconds = await self._wait(caller, rules)
                if wait_seconds > 0:
                    return Taken(wait_seconds=wait_seconds)
                at = self._moment()
                await self._store.note(user_id=caller.user_id, guild_id=caller.guild_id, at=at)
            except StoreError as error:
                log.error("a run was not counted: %s", error)  # noqa: TRY400
                return Taken()
        return Taken(counted_at=at)

    async def give_back(self, caller: Caller, taken: Taken) -> None:
        """Uncount a run that ran nothing."""
        if taken.counted_at is None:
            return
        try:
            await self._store.drop(
                user_id=caller.user_id, guild_id=caller.guild_id, at=taken.counted_at
            )
        except StoreError as error:
            log.error("a run that ran nothing stays counted: %s", error)  # noqa: TRY400

    def _turn(self, caller: Caller) -> asyncio.Lock:
        # The lowest bits of Discord's ids are nearly always the same.
        return self._turns[((caller.guild_id or caller.user_id) >> 22) % _TURNS]

    def _moment(self) -> float:
        """Return when it is, by which a run can be told apart from all others when it is given back."""
        now = self._now()
        is_same = abs(now - self._last_at) < _MOMENT_SECONDS  # else the clock was set
        self._last_at = max(now, math.nextafter(self._last_at, math.inf)) if is_same else now
        return self._last_at

    async def _wait(self, caller: Caller, rules: Rules) -> float:
        now = self._now()
        since = now - HOUR_SECONDS
        waits = [0.0]
        for most, user_id in (
            (rules.member_runs_per_hour, caller.user_id),
            (rules.server_runs_per_hour, None),
        ):
            if most is None:
                continue
            reached_at = await self._store.reached_at(
                most,
                user_id=user_id,
                guild_id=caller.guild_id,
                since=since,
                until=now + _MOMENT_SECONDS,
            )
            if reached_at is not None:
                waits.append(reached_at - since)
        return max(waits)
