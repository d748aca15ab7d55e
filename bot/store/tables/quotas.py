"""The part of the store that counts runs."""

from bot.store.engine import Engine, Session, Value, insertion
from bot.store.values import Horizons


class Quotas:
    """See `bot.store.parts.QuotaStore`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    guilds_query = "SELECT guild_id FROM quotas WHERE guild_id IS NOT NULL"

    async def note(self, *, user_id: int, guild_id: int | None, at: float) -> None:
        """Count one run."""
        await self._engine.fetch(
            insertion("quotas", "user_id, guild_id, at"), (user_id, guild_id, at)
        )

    async def drop(self, *, user_id: int, guild_id: int | None, at: float) -> None:
        """Uncount what was noted just so."""
        place, values = ("IS NULL", ()) if guild_id is None else ("= ?", (guild_id,))
        await self._engine.fetch(
            f"DELETE FROM quotas WHERE user_id = ? AND at = ? AND guild_id {place}",  # noqa: S608 - our own words
            (user_id, at, *values),
        )

    async def reached_at(
        self,
        most: int,
        *,
        user_id: int | None = None,
        guild_id: int | None = None,
        since: float,
        until: float,
    ) -> float | None:
        """Return when the first of the last ``most`` runs was, if there were so many."""
        asked: dict[str, Value] = {"user_id = ?": user_id, "guild_id = ?": guild_id}
        conditions = [condition for condition, value in asked.items() if value is not None]
        values = [value for value in asked.values() if value is not None]
        rows = await self._engine.fetch(
            "SELECT at FROM quotas WHERE "  # noqa: S608 - our own names
            + " AND ".join([*conditions, "at >= ?", "at <= ?"])
            + " ORDER BY at DESC LIMIT 1 OFFSET ?",
            (*values, since, until, most - 1),
        )
        return rows[0][0] if rows else None

    def erase_guild(self, session: Session, guild_id: int) -> None:
        """Drop what was counted in a server."""
        session.fetch("DELETE FROM quotas WHERE guild_id = ?", (guild_id,))

    def erase_member(self, session: Session, user_id: int) -> None:
        """Keep all: nobody gets a new quota by asking to be forgotten."""

    def forget(self, session: Session, horizons: Horizons) -> None:
        """Drop what is too old, or cannot have been yet."""
        session.fetch(
            "DELETE FROM quotas WHERE at < ? OR at > ?",
            (horizons.quotas_before, horizons.quotas_after),
        )
