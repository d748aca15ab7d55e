"""The part of the store that knows what ran."""

from bot.store.codec import decode_request, encode_request
from bot.store.engine import Engine, Row, Session, Value, insertion
from bot.store.parts import PAGE_ENTRIES
from bot.store.values import DayCount, Horizons, RunEntry
from executor import Status

_COLUMNS = (
    "user_id, channel_id, guild_id, message_id, language, status, wall_seconds, at, day, request"
)
_DAY_SECONDS = 86_400


class Runs:
    """See `bot.store.parts.RunStore`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    guilds_query = "SELECT guild_id FROM runs WHERE guild_id IS NOT NULL"

    async def add(self, entry: RunEntry) -> None:
        """Keep an entry."""
        row = (
            entry.user_id,
            entry.channel_id,
            entry.guild_id,
            entry.message_id,
            entry.language,
            entry.status.value,
            entry.wall_seconds,
            entry.at,
            int(entry.at // _DAY_SECONDS),
            encode_request(entry.request) if entry.request else None,
        )
        await self._engine.fetch(insertion("runs", _COLUMNS), row)

    async def page(
        self,
        *,
        guild_id: int | None = None,
        user_id: int | None = None,
        language: str | None = None,
        before: int | None = None,
        limit: int = PAGE_ENTRIES,
    ) -> tuple[RunEntry, ...]:
        """Return entries for which everything holds that is given, the newest first."""
        asked: dict[str, Value] = {
            "guild_id = ?": guild_id,
            "user_id = ?": user_id,
            "language = ?": language,
            "entry_id < ?": before,
        }
        conditions = [condition for condition, value in asked.items() if value is not None]
        values = [value for value in asked.values() if value is not None]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = await self._engine.fetch(
            f"SELECT {_COLUMNS}, entry_id FROM runs{where} ORDER BY entry_id DESC LIMIT ?",  # noqa: S608 - our own names
            (*values, limit),
        )
        return tuple(map(_entry, rows))

    async def per_day(self, *, guild_id: int | None = None, since: float) -> tuple[DayCount, ...]:
        """Return how many programs ran per day and language, the oldest day first."""
        here, values = ("", ()) if guild_id is None else ("guild_id = ? AND ", (guild_id,))
        rows = await self._engine.fetch(
            f"SELECT day, language, count(*) FROM runs WHERE {here}at >= ?"  # noqa: S608 - our own names
            " GROUP BY day, language ORDER BY day, language",
            (*values, since),
        )
        return tuple(
            DayCount(day=day, language=language, runs=runs) for day, language, runs in rows
        )

    def erase_guild(self, session: Session, guild_id: int) -> None:
        """Drop a server's history."""
        session.fetch("DELETE FROM runs WHERE guild_id = ?", (guild_id,))

    def erase_member(self, session: Session, user_id: int) -> None:
        """Drop a member's history."""
        session.fetch("DELETE FROM runs WHERE user_id = ?", (user_id,))

    def forget(self, session: Session, horizons: Horizons) -> None:
        """Drop old entries."""
        session.fetch("DELETE FROM runs WHERE at < ?", (horizons.runs_before,))


def forget_programs(session: Session, guild_id: int) -> None:
    """Drop the programs in a server's history, not that they ran."""
    session.fetch(
        "UPDATE runs SET request = NULL WHERE guild_id = ? AND request IS NOT NULL", (guild_id,)
    )


def _entry(row: Row) -> RunEntry:
    user_id, channel_id, guild_id, message_id, language, status, wall_seconds, at = row[:8]
    _, request, entry_id = row[8:]
    return RunEntry(
        user_id=user_id,
        channel_id=channel_id,
        guild_id=guild_id,
        message_id=message_id,
        language=language,
        status=Status(status),
        wall_seconds=wall_seconds,
        at=at,
        request=decode_request(request) if request is not None else None,
        entry_id=entry_id,
    )
