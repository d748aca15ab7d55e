"""The part of the store that counts runs."""

from bot.store.engine import Engine, Value, insertion
from bot.store.values import Usage


class Quotas:
    """See `bot.store.parts.QuotaStore`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

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

    async def used(
        self, *, user_id: int | None = None, guild_id: int | None = None, since: float
    ) -> Usage:
        """Return how many runs were noted at ``since`` or later, for which holds what is given."""
        asked: dict[str, Value] = {"user_id = ?": user_id, "guild_id = ?": guild_id}
        conditions = [condition for condition, value in asked.items() if value is not None]
        values = [value for value in asked.values() if value is not None]
        rows = await self._engine.fetch(
            "SELECT count(*), min(at) FROM quotas WHERE "  # noqa: S608 - our own names
            + " AND ".join([*conditions, "at >= ?"]),
            (*values, since),
        )
        return Usage(runs=rows[0][0], oldest_at=rows[0][1])
