"""Whether somebody may run anything at all: blocks and maintenance, as the store knows them."""

import time
from collections.abc import Callable
from typing import Final

from bot import moderationtexts
from bot.models import Caller
from bot.store import BlockStore, FlagStore

MAINTENANCE: Final = "maintenance"
# How long another process's maintenance may go unnoticed.
_FRESH_SECONDS: Final = 3.0


class Standing:
    """Asks the store on each run; a block holds from the moment it is made, in every process.

    Args:
        blocks: who may not run anything.
        flags: has the maintenance message.
        now: seconds since 1970.
    """

    def __init__(
        self, blocks: BlockStore, flags: FlagStore, *, now: Callable[[], float] = time.time
    ) -> None:
        self._blocks = blocks
        self._flags = flags
        self._now = now
        self._maintenance: str | None = None
        self._read_at = float("-inf")

    async def refusal(self, caller: Caller) -> str | None:
        """Return the sentence for who may not run anything now; `None` for everybody else.

        Raises:
            StoreError: nobody knows.
        """
        now = self._now()
        if not 0 <= now - self._read_at < _FRESH_SECONDS:
            self._maintenance, self._read_at = await self._flags.get(MAINTENANCE), now
        if self._maintenance is not None:
            return moderationtexts.in_maintenance(self._maintenance)
        block = await self._blocks.active(user_id=caller.user_id, guild_id=caller.guild_id, now=now)
        return None if block is None else moderationtexts.blocked(block)

    def changed(self) -> None:
        """Read the maintenance message anew: it was changed in this process."""
        self._read_at = float("-inf")
