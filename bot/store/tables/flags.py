"""The part of the store that knows what holds for the whole bot."""

from collections.abc import Mapping

from bot.store.engine import Engine, Session
from bot.store.tables import audits
from bot.store.values import AuditEntry, Horizons


class Flags:
    """See `bot.store.parts.FlagStore`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    guilds_query = ""

    async def get(self, key: str) -> str | None:
        """Return a flag's text; `None` if it is not set."""
        return (await self.all()).get(key)

    async def put(self, key: str, value: str, entry: AuditEntry | None = None) -> None:
        """Set a flag."""

        def change(session: Session) -> None:
            session.fetch(
                "INSERT INTO flags (name, content) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET content = excluded.content",
                (key, value),
            )
            if entry is not None:
                audits.write(session, entry)

        await self._engine.run(change)

    async def remove(self, key: str, entry: AuditEntry | None = None) -> None:
        """Unset a flag."""

        def change(session: Session) -> None:
            session.fetch("DELETE FROM flags WHERE name = ?", (key,))
            if entry is not None:
                audits.write(session, entry)

        await self._engine.run(change)

    async def all(self) -> Mapping[str, str]:
        """Return every flag that is set."""
        return dict(await self._engine.fetch("SELECT name, content FROM flags"))

    def erase_guild(self, session: Session, guild_id: int) -> None:
        """Keep all: flags are of no server."""

    def erase_member(self, session: Session, user_id: int) -> None:
        """Keep all: flags are of no member."""

    def forget(self, session: Session, horizons: Horizons) -> None:
        """Keep all: flags hold until they are unset."""
