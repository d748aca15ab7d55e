"""The whole store over one database: its parts, and what goes through all of them."""

from bot.store.engine import Engine, Session
from bot.store.tables.audits import Audits
from bot.store.tables.blocks import Blocks
from bot.store.tables.flags import Flags
from bot.store.tables.quotas import Quotas
from bot.store.tables.replies import Replies
from bot.store.tables.runs import Runs
from bot.store.tables.settings import Settings


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

    async def guilds(self) -> tuple[int, ...]:
        """Return every server that anything is kept about, but for blocks by the owner."""
        rows = await self._engine.fetch(
            "SELECT guild_id FROM settings"
            " UNION SELECT guild_id FROM audits WHERE guild_id <> 0"
            " UNION SELECT guild_id FROM blocks WHERE guild_id <> 0 AND user_id <> 0"
            " UNION SELECT guild_id FROM runs WHERE guild_id IS NOT NULL"
            " UNION SELECT guild_id FROM quotas WHERE guild_id IS NOT NULL"
            " UNION SELECT guild_id FROM replies WHERE guild_id IS NOT NULL"
            " ORDER BY guild_id"
        )
        return tuple(guild_id for (guild_id,) in rows)

    async def erase_guild(self, guild_id: int) -> None:
        """Drop all that is kept about a server."""

        def erase(session: Session) -> None:
            for table in ("replies", "settings", "audits", "runs", "quotas"):
                session.fetch(f"DELETE FROM {table} WHERE guild_id = ?", (guild_id,))  # noqa: S608 - our own names
            session.fetch("DELETE FROM blocks WHERE guild_id = ? AND user_id <> 0", (guild_id,))

        await self._engine.run(erase)
        await self._engine.purge()

    async def erase_member(self, user_id: int) -> None:
        """Drop replies, code and history of a member."""

        def erase(session: Session) -> None:
            for table in ("replies", "runs"):
                session.fetch(f"DELETE FROM {table} WHERE user_id = ?", (user_id,))  # noqa: S608 - our own names

        await self._engine.run(erase)
        await self._engine.purge()

    async def forget(
        self,
        *,
        code_before: float = 0.0,
        replies_before: float = 0.0,
        runs_before: float = 0.0,
        quotas_before: float = 0.0,
        audits_before: float = 0.0,
        blocks_before: float = 0.0,
    ) -> None:
        """Drop what is too old, a table at a time."""
        for query, before in (
            ("DELETE FROM replies WHERE created_at < ?", replies_before),
            (
                "UPDATE replies SET request = NULL, output = NULL WHERE created_at < ?"
                " AND (request IS NOT NULL OR output IS NOT NULL)",
                code_before,
            ),
            ("DELETE FROM runs WHERE at < ?", runs_before),
            ("DELETE FROM quotas WHERE at < ?", quotas_before),
            ("DELETE FROM audits WHERE at < ?", audits_before),
            ("DELETE FROM blocks WHERE expires_at < ?", blocks_before),
        ):
            if before:
                await self._engine.fetch(query, (before,))
        await self._engine.purge()

    async def close(self) -> None:
        """Write what is pending and close."""
        await self._engine.close()
