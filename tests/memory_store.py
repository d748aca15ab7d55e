"""A store that forgets everything when the process ends, for tests of what uses one."""

from dataclasses import replace

from bot.errors import StoreError
from bot.store import Record, Store


class MemoryStore:
    """Implements `bot.store.Store`; with ``is_broken`` every call fails."""

    def __init__(self) -> None:
        self.records: dict[int, Record] = {}
        self.is_broken = False

    async def put(self, record: Record) -> None:
        self._check()
        if record.asked_id is not None and (old := await self.by_asked(record.asked_id)):
            del self.records[old.reply_id]
        self.records[record.reply_id] = record

    async def by_reply(self, reply_id: int) -> Record | None:
        self._check()
        return self.records.get(reply_id)

    async def by_asked(self, asked_id: int) -> Record | None:
        self._check()
        found = (one for one in self.records.values() if one.asked_id == asked_id)
        return next(found, None)

    async def remove(self, reply_id: int) -> None:
        self._check()
        self.records.pop(reply_id, None)

    async def forget(self, *, code_before: float, replies_before: float) -> None:
        self._check()
        for record in tuple(self.records.values()):
            if record.created_at < replies_before:
                del self.records[record.reply_id]
            elif record.created_at < code_before:
                self.records[record.reply_id] = replace(record, request=None, output=())

    async def close(self) -> None:
        """Keep everything: a test opens the same one again after a restart of the bot."""

    def _check(self) -> None:
        if self.is_broken:
            raise StoreError("broken on purpose")


def _fits_the_protocol() -> Store:
    return MemoryStore()
