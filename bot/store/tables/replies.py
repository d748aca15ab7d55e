"""The part of the store that knows the replies."""

from functools import partial

from bot.store.codec import decode_files, decode_request, encode_files, encode_request
from bot.store.engine import Engine, Row, Session, Value, insertion
from bot.store.values import Horizons, Record

_COLUMNS = (
    "reply_id, channel_id, user_id, guild_id, asked_id, asked_channel_id, asked_digest,"
    " request, output, created_at, is_pending, token"
)


class Replies:
    """See `bot.store.parts.ReplyStore`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    guilds_query = "SELECT guild_id FROM replies WHERE guild_id IS NOT NULL"

    async def put(self, record: Record) -> None:
        """Keep ``record``; it replaces the one of the same reply and of the same asked message."""
        await self._engine.run(partial(_put, record=record))

    async def change(self, reply_id: int, record: Record) -> None:
        """Keep ``record`` in place of that of a reply; nothing happens if that one was removed."""

        def change(session: Session) -> None:
            if session.fetch(
                "DELETE FROM replies WHERE reply_id = ? RETURNING reply_id", (reply_id,)
            ):
                _put(session, record)

        await self._engine.run(change)

    async def by_reply(self, reply_id: int) -> Record | None:
        """Return the record of a reply."""
        return await self._find("reply_id", reply_id)

    async def by_asked(self, asked_id: int) -> Record | None:
        """Return the record of the reply to a member's message."""
        return await self._find("asked_id", asked_id)

    async def is_answered(self, asked_id: int) -> bool:
        """Return whether a message was answered, also if all else about that is erased."""
        rows = await self._engine.fetch(
            "SELECT message_id FROM answered WHERE message_id = ?"
            " UNION SELECT asked_id FROM replies WHERE asked_id = ?",
            (asked_id, asked_id),
        )
        return bool(rows)

    async def pending(self) -> tuple[Record, ...]:
        """Return the records whose answers are not shown, the oldest first."""
        query = f"SELECT {_COLUMNS} FROM replies WHERE is_pending = 1 ORDER BY reply_id"  # noqa: S608 - our own names
        return tuple(_record(row) for row in await self._engine.fetch(query))

    async def private_channels(self, *, limit: int) -> tuple[int, ...]:
        """Return the channels outside servers where messages were answered, the latest first."""
        rows = await self._engine.fetch(
            "SELECT asked_channel_id FROM replies WHERE guild_id IS NULL AND asked_id IS NOT NULL"
            " GROUP BY asked_channel_id ORDER BY MAX(created_at) DESC, asked_channel_id LIMIT ?",
            (limit,),
        )
        return tuple(channel_id for (channel_id,) in rows)

    async def remove(self, reply_id: int) -> None:
        """Forget a reply and all that was kept for it."""
        await self._engine.fetch("DELETE FROM replies WHERE reply_id = ?", (reply_id,))

    async def forget_code(self, guild_id: int, *, before: float) -> None:
        """Drop code and output of replies in a server that were made before."""
        await self._engine.fetch(
            "UPDATE replies SET request = NULL, output = NULL WHERE guild_id = ?"
            " AND created_at < ? AND (request IS NOT NULL OR output IS NOT NULL)",
            (guild_id, before),
        )

    def erase_guild(self, session: Session, guild_id: int) -> None:
        """Drop a server's replies."""
        session.fetch("DELETE FROM replies WHERE guild_id = ?", (guild_id,))

    def erase_member(self, session: Session, user_id: int) -> None:
        """Drop a member's replies."""
        session.fetch("DELETE FROM replies WHERE user_id = ?", (user_id,))

    def forget(self, session: Session, horizons: Horizons) -> None:
        """Drop old replies, sooner their code, and that messages were answered."""
        session.fetch("DELETE FROM replies WHERE created_at < ?", (horizons.replies_before,))
        session.fetch(
            "UPDATE replies SET request = NULL, output = NULL WHERE created_at < ?"
            " AND (request IS NOT NULL OR output IS NOT NULL)",
            (horizons.code_before,),
        )
        session.fetch("DELETE FROM answered WHERE at < ?", (horizons.answered_before,))

    async def _find(self, column: str, value: int) -> Record | None:
        query = f"SELECT {_COLUMNS} FROM replies WHERE {column} = ?"  # noqa: S608 - our own names
        rows = await self._engine.fetch(query, (value,))
        return _record(rows[0]) if rows else None


def _put(session: Session, record: Record) -> None:
    session.fetch(
        "DELETE FROM replies WHERE reply_id = ? OR asked_id = ?",
        (record.reply_id, record.asked_id),
    )
    session.fetch(insertion("replies", _COLUMNS), _row(record))
    if record.asked_id is not None:
        session.fetch(
            insertion("answered", "message_id, at") + " ON CONFLICT DO NOTHING",
            (record.asked_id, record.created_at),
        )


def _row(record: Record) -> tuple[Value, ...]:
    return (
        record.reply_id,
        record.channel_id,
        record.user_id,
        record.guild_id,
        record.asked_id,
        record.asked_channel_id,
        record.asked_digest,
        encode_request(record.request) if record.request else None,
        encode_files(record.output) if record.output else None,
        record.created_at,
        int(record.is_pending),
        record.token,
    )


def _record(row: Row) -> Record:
    *_, digest, request, output, created_at, is_pending, token = row
    reply_id, channel_id, user_id, guild_id, asked_id, asked_channel_id = row[:6]
    return Record(
        reply_id=reply_id,
        channel_id=channel_id,
        user_id=user_id,
        guild_id=guild_id,
        asked_id=asked_id,
        asked_channel_id=asked_channel_id,
        asked_digest=digest,
        request=decode_request(request) if request is not None else None,
        output=decode_files(output) if output is not None else (),
        created_at=created_at,
        is_pending=bool(is_pending),
        token=token,
    )
