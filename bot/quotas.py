"""How many programs a member and a server may run in an hour; counted in the store."""

import asyncio
import logging
import time
from collections.abc import Callable

from bot.errors import StoreError
from bot.models import Caller, Rules
from bot.store import QuotaStore

log = logging.getLogger(__name__)

HOUR_SECONDS = 3600.0


class Quotas:
    """Counts runs where a server limits them. A store that fails stops nobody.

    Args:
        store: counts them, also over a restart.
        now: seconds since 1970.
    """

    def __init__(self, store: QuotaStore, *, now: Callable[[], float] = time.time) -> None:
        self._store = store
        self._now = now
        self._turn = asyncio.Lock()

    async def take(self, caller: Caller, rules: Rules) -> float:
        """Count one run; return 0, or how many seconds are left until one is free again.

        A run that must wait is not counted.
        """
        if rules.member_runs_per_hour is None and rules.server_runs_per_hour is None:
            return 0.0
        async with self._turn:  # so that two at once do not both take the last one
            try:
                wait_seconds = await self._wait(caller, rules)
                if wait_seconds <= 0:
                    await self._store.note(
                        user_id=caller.user_id, guild_id=caller.guild_id, at=self._now()
                    )
            except StoreError as error:
                log.error("a run was not counted: %s", error)  # noqa: TRY400
                return 0.0
        return wait_seconds

    async def _wait(self, caller: Caller, rules: Rules) -> float:
        since = self._now() - HOUR_SECONDS
        waits = [0.0]
        for most, user_id in (
            (rules.member_runs_per_hour, caller.user_id),
            (rules.server_runs_per_hour, None),
        ):
            if most is None:
                continue
            used = await self._store.used(user_id=user_id, guild_id=caller.guild_id, since=since)
            if used.runs >= most and used.oldest_at is not None:
                waits.append(used.oldest_at - since)
        return max(waits)
