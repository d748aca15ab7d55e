"""The part of the store that knows the servers' settings."""

from dataclasses import replace

from bot.store.engine import Engine, Session
from bot.store.tables import audits, runs
from bot.store.values import AuditEntry, Document, Horizons


class Settings:
    """See `bot.store.parts.SettingsStore`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    guilds_query = "SELECT guild_id FROM settings"

    async def get(self, guild_id: int) -> Document | None:
        """Return a server's document; `None` if it never changed anything."""
        rows = await self._engine.fetch(
            "SELECT document, version FROM settings WHERE guild_id = ?", (guild_id,)
        )
        return Document(guild_id=guild_id, text=rows[0][0], version=rows[0][1]) if rows else None

    async def put(
        self, document: Document, entry: AuditEntry, *, forgets_programs: bool = False
    ) -> Document | None:
        """Keep ``document`` if it was made from the version that is kept."""

        def change(session: Session) -> Document | None:
            if document.version == 0:
                rows = session.fetch(
                    "INSERT INTO settings (guild_id, document, version) VALUES (?, ?, 1)"
                    " ON CONFLICT (guild_id) DO NOTHING RETURNING version",
                    (document.guild_id, document.text),
                )
            else:
                rows = session.fetch(
                    "UPDATE settings SET document = ?, version = version + 1"
                    " WHERE guild_id = ? AND version = ? RETURNING version",
                    (document.text, document.guild_id, document.version),
                )
            if not rows:
                return None
            audits.write(session, entry)
            if forgets_programs:
                runs.forget_programs(session, document.guild_id)
            return replace(document, version=rows[0][0])

        return await self._engine.run(change)

    async def guilds(self) -> tuple[int, ...]:
        """Return the servers that have a document."""
        rows = await self._engine.fetch(f"{self.guilds_query} ORDER BY guild_id")
        return tuple(guild_id for (guild_id,) in rows)

    def erase_guild(self, session: Session, guild_id: int) -> None:
        """Drop a server's document."""
        session.fetch("DELETE FROM settings WHERE guild_id = ?", (guild_id,))

    def erase_member(self, session: Session, user_id: int) -> None:
        """Keep all: settings are the server's."""

    def forget(self, session: Session, horizons: Horizons) -> None:
        """Keep all: settings hold until they are changed."""
