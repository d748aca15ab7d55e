"""The numbers that sandboxes live under: each is given out again only when it is proven empty."""

import asyncio
import heapq
import logging
from typing import Final

from executor.errors import BackendUnavailableError
from executor.sandbox.runners import Asks

_log = logging.getLogger(__name__)

_EMPTY_SECONDS: Final = 10.0
_RETRY_SECONDS: Final = (5.0, 30.0, 120.0, 600.0)


class Slots:
    """Gives out slots, the lowest free one first, and keeps back those in which something may be left.

    Args:
        client: asks the launcher whether a slot is empty.
        count: how many there are.
    """

    def __init__(self, client: Asks, count: int) -> None:
        self._client = client
        self._free = list(range(count))
        self._places = asyncio.Semaphore(count)  # quarantined slots are never given back
        self._retries: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self.quarantined: list[int] = []

    async def take(self) -> int:
        """Return a slot, and wait for one where all are taken, which is rare and soon over."""
        await self._places.acquire()
        return heapq.heappop(self._free)

    async def vacate(self, slot: int) -> None:
        """Give a slot back if it is proven empty; else it is quarantined, and looked at again."""
        try:
            await _release(self._client, slot)
        except BackendUnavailableError as error:
            self.quarantine(slot, str(error))
            if self._is_closed:
                return
            retry = asyncio.get_running_loop().create_task(self._release_later(slot))
            self._retries.add(retry)
            retry.add_done_callback(self._retries.discard)
        else:
            self._give_back(slot)

    def quarantine(self, slot: int, reason: str) -> None:
        """Never give this slot out again."""
        self.quarantined.append(slot)
        _log.error("sandbox slot %d is quarantined: %s", slot, reason)

    async def close(self) -> None:
        """Look at no quarantined slot any more, now or later."""
        self._is_closed = True
        retries = list(self._retries)
        for retry in retries:
            retry.cancel()
        if retries:
            await asyncio.wait(retries)

    async def _release_later(self, slot: int) -> None:
        """Try now and then to prove that nothing is left in a slot, and give it back then."""
        for pause_seconds in _RETRY_SECONDS:
            await asyncio.sleep(pause_seconds)
            try:
                await _release(self._client, slot)
            except BackendUnavailableError as error:
                _log.error("sandbox slot %d stays quarantined: %s", slot, error)
                continue
            self.quarantined.remove(slot)
            self._give_back(slot)
            return

    def _give_back(self, slot: int) -> None:
        heapq.heappush(self._free, slot)
        self._places.release()


async def _release(client: Asks, slot: int) -> None:
    """Return when it is proven that nothing of the sandbox in ``slot`` is left.

    Raises:
        BackendUnavailableError: something still is after `_EMPTY_SECONDS`, or the launcher is gone.
    """
    now = asyncio.get_running_loop().time
    deadline = now() + _EMPTY_SECONDS
    pause_seconds = 0.002  # the kernel needs a moment after the last process
    while True:
        answer, _ = await client.call("release", slot=slot)
        if "busy" not in answer:
            return
        if now() > deadline:
            raise BackendUnavailableError(answer["busy"])
        await asyncio.sleep(pause_seconds)
        pause_seconds = min(2 * pause_seconds, 0.2)
