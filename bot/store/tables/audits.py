"""The part of the store that knows who changed what."""

from bot.store.engine import Engine, Session, Value, insertion
from bot.store.parts import PAGE_ENTRIES
from bot.store.values import AuditEntry, Horizons

_COLUMNS = "guild_id, user_id, at, action, detail"
_EVERYWHERE = 0  # in place of a server: what the owner does


def write(session: Session, entry: AuditEntry) -> None:
    """Keep ``entry`` together with what it is about."""
    session.fetch(insertion("audits", _COLUMNS), _row(entry))


class Audits:
    """See `bot.store.parts.AuditStore`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    guilds_query = "SELECT guild_id FROM audits WHERE guild_id <> 0"

    async def add(self, entry: AuditEntry) -> None:
        """Keep an entry."""
        await self._engine.fetch(insertion("audits", _COLUMNS), _row(entry))

    async def page(
        self, guild_id: int | None, *, before: int | None = None, limit: int = PAGE_ENTRIES
    ) -> tuple[AuditEntry, ...]:
        """Return entries of a server, or with `None` the owner's; the newest first."""
        older = "" if before is None else " AND entry_id < ?"
        rows = await self._engine.fetch(
            f"SELECT {_COLUMNS}, entry_id FROM audits WHERE guild_id = ?{older}"  # noqa: S608 - our own names
            " ORDER BY entry_id DESC LIMIT ?",
            (guild_id or _EVERYWHERE, *(() if before is None else (before,)), limit),
        )
        return tuple(
            AuditEntry(
                guild_id=guild or None,
                user_id=user_id,
                at=at,
                action=action,
                detail=detail,
                entry_id=entry_id,
            )
            for guild, user_id, at, action, detail, entry_id in rows
        )

    def erase_guild(self, session: Session, guild_id: int) -> None:
        """Drop a server's entries."""
        session.fetch("DELETE FROM audits WHERE guild_id = ?", (guild_id,))

    def erase_member(self, session: Session, user_id: int) -> None:
        """Keep all: what a moderator did is not theirs alone."""

    def forget(self, session: Session, horizons: Horizons) -> None:
        """Drop old entries."""
        session.fetch("DELETE FROM audits WHERE at < ?", (horizons.audits_before,))


def _row(entry: AuditEntry) -> tuple[Value, ...]:
    guild_id = entry.guild_id or _EVERYWHERE
    return guild_id, entry.user_id, entry.at, entry.action, entry.detail
