"""The part of the store that knows who may not run anything."""

from bot.store.engine import Engine, Row, Session, Value, insertion
from bot.store.parts import PAGE_ENTRIES
from bot.store.tables import audits
from bot.store.values import AuditEntry, Block, BlockKey, Horizons

_COLUMNS = "user_id, guild_id, by_id, at, reason, expires_at"
_ANY = 0  # in place of a member or a server: all of them
_IN_FORCE = "(expires_at IS NULL OR expires_at > ?)"
# Behind a key in the order of a list: older, or as old and with greater ids.
_AFTER = " AND (at < ? OR (at = ? AND (user_id > ? OR (user_id = ? AND guild_id > ?))))"
_IS_LOCAL = "CASE WHEN user_id <> 0 AND guild_id <> 0 THEN 1 ELSE 0 END"


class Blocks:
    """See `bot.store.parts.BlockStore`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    guilds_query = "SELECT guild_id FROM blocks WHERE guild_id <> 0 AND user_id <> 0"

    async def put(self, block: Block, entry: AuditEntry | None = None) -> None:
        """Keep ``block``; it replaces one of the same member and server."""
        row = (
            block.user_id or _ANY,
            block.guild_id or _ANY,
            block.by_id,
            block.at,
            block.reason,
            block.expires_at,
        )

        def replace(session: Session) -> None:
            session.fetch(
                insertion("blocks", _COLUMNS)
                + " ON CONFLICT (user_id, guild_id) DO UPDATE SET by_id = excluded.by_id,"
                " at = excluded.at, reason = excluded.reason, expires_at = excluded.expires_at",
                row,
            )
            if entry is not None:
                audits.write(session, entry)

        await self._engine.run(replace)

    async def remove(
        self, *, user_id: int | None, guild_id: int | None, entry: AuditEntry | None = None
    ) -> bool:
        """Lift the block of exactly these two; return whether there was one."""

        def lift(session: Session) -> bool:
            removed = session.fetch(
                "DELETE FROM blocks WHERE user_id = ? AND guild_id = ? RETURNING user_id",
                (user_id or _ANY, guild_id or _ANY),
            )
            if removed and entry is not None:
                audits.write(session, entry)
            return bool(removed)

        return await self._engine.run(lift)

    async def active(self, *, user_id: int, guild_id: int | None, now: float) -> Block | None:
        """Return what keeps a member from running something here, if anything."""
        rows = await self._engine.fetch(
            f"SELECT {_COLUMNS} FROM blocks"  # noqa: S608 - our own names
            " WHERE ((user_id = ? AND guild_id IN (?, ?)) OR (user_id = ? AND guild_id = ?))"
            f" AND {_IN_FORCE} ORDER BY {_IS_LOCAL}, user_id LIMIT 1",
            (user_id, _ANY, guild_id or _ANY, _ANY, guild_id or _ANY, now),
        )
        return _block(rows[0]) if rows else None

    async def listed(
        self,
        guild_id: int | None,
        *,
        now: float,
        after: BlockKey | None = None,
        limit: int = PAGE_ENTRIES,
    ) -> tuple[Block, ...]:
        """Return blocks in force: of a server's members, or with `None` the owner's."""
        of_members = "guild_id = ? AND user_id <> ?"
        by_owner = "(guild_id = ? OR user_id = ?)"
        later: tuple[Value, ...] = ()
        if after is not None:
            later = (after.at, after.at, after.user_id, after.user_id, after.guild_id)
        rows = await self._engine.fetch(
            f"SELECT {_COLUMNS} FROM blocks"  # noqa: S608 - our own names
            f" WHERE {by_owner if guild_id is None else of_members} AND {_IN_FORCE}"
            f"{_AFTER if later else ''} ORDER BY at DESC, user_id, guild_id LIMIT ?",
            (guild_id or _ANY, _ANY, now, *later, limit),
        )
        return tuple(map(_block, rows))

    def erase_guild(self, session: Session, guild_id: int) -> None:
        """Drop the blocks of a server's members; a block of the server itself is the owner's."""
        session.fetch("DELETE FROM blocks WHERE guild_id = ? AND user_id <> ?", (guild_id, _ANY))

    def erase_member(self, session: Session, user_id: int) -> None:
        """Keep all: nobody lifts a block by asking to be forgotten."""

    def forget(self, session: Session, horizons: Horizons) -> None:
        """Drop blocks that are over."""
        session.fetch("DELETE FROM blocks WHERE expires_at < ?", (horizons.blocks_before,))


def _block(row: Row) -> Block:
    user_id, guild_id, by_id, at, reason, expires_at = row
    return Block(
        user_id=user_id or None,
        guild_id=guild_id or None,
        by_id=by_id,
        at=at,
        reason=reason,
        expires_at=expires_at,
    )
