"""The whole store over one database: its parts, and what goes through all of them."""

from functools import partial

from bot.store.engine import Engine, Part, Session
from bot.store.tables.audits import Audits
from bot.store.tables.blocks import Blocks
from bot.store.tables.flags import Flags
from bot.store.tables.quotas import Quotas
from bot.store.tables.replies import Replies
from bot.store.tables.runs import Runs
from bot.store.tables.settings import Settings
from bot.store.values import Horizons


class WholeStore:
    """See `bot.store.base.Store`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.replies = Replies(engine)
        self.settings = Settings(engine)
        self.audits = Audits(engine)
        self.blocks = Blocks(engine)
        self.flags = Flags(engine)
        self.runs = Runs(engine)
        self.quotas = Quotas(engine)
        self._parts: tuple[Part, ...] = (
            self.replies,
            self.settings,
            self.audits,
            self.blocks,
            self.flags,
            self.runs,
            self.quotas,
        )

    async def guilds(self) -> tuple[int, ...]:
        """Return every server that anything is kept about, but for blocks by the owner."""
        queries = [part.guilds_query for part in self._parts if part.guilds_query]
        rows = await self._engine.fetch(f"{' UNION '.join(queries)} ORDER BY guild_id")
        return tuple(guild_id for (guild_id,) in rows)

    async def erase_guild(self, guild_id: int) -> None:
        """Drop all that is kept about a server."""

        def erase(session: Session) -> None:
            for part in self._parts:
                part.erase_guild(session, guild_id)

        await self._engine.run(erase)
        await self._engine.purge()

    async def erase_member(self, user_id: int) -> None:
        """Drop replies, code and history of a member."""

        def erase(session: Session) -> None:
            for part in self._parts:
                part.erase_member(session, user_id)

        await self._engine.run(erase)
        await self._engine.purge()

    async def forget(self, horizons: Horizons) -> None:
        """Drop what is too old, a part at a time."""
        for part in self._parts:
            await self._engine.run(partial(part.forget, horizons=horizons))
        await self._engine.purge()

    async def close(self) -> None:
        """Write what is pending and close."""
        await self._engine.close()
