"""The servers' settings as the bot uses them: a small cache in front of the store."""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot import paneltexts, settingproblems
from bot.errors import OutdatedError, StoreError
from bot.settings.changes import differences
from bot.settings.file import SettingsFileError, from_text, log_channel_in, readable_text
from bot.settings.values import ServerSettings
from bot.store import AuditEntry, AuditStore, Document, SettingsStore

log = logging.getLogger(__name__)

ACTION = "settings.change"
# How long another process's change may go unnoticed.
FRESH_SECONDS = 5.0
_SERVERS = 1000
# A change of everything can be a hundred times as long.
DETAIL_CHARACTERS = 2000
_TRIES = 5
_DEFAULTS = ServerSettings()


class _UnreadableError(StoreError):
    """Settings are there, and of another version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Settings as the store has them; ``version`` 0 is a server that never changed any."""

    settings: ServerSettings
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a change did; ``lines`` say it to a person, and there is none if nothing changed."""

    kept: Kept
    before: ServerSettings
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Cached:
    kept: Kept
    read_at: float


class SettingsKeeper:
    """Reads and changes settings.

    Args:
        store: keeps them, with who changed what.
        audits: the same store's list of who changed what.
        clock: seconds that only grow, for the cache.
        now: seconds since 1970, for the audit.
        fresh_seconds: how long what was read counts.
    """

    def __init__(
        self,
        store: SettingsStore,
        audits: AuditStore,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        fresh_seconds: float = FRESH_SECONDS,
    ) -> None:
        self._store = store
        self._audits = audits
        self._clock = clock
        self._now = now
        self._fresh_seconds = fresh_seconds
        self._cache: OrderedDict[int, _Cached] = OrderedDict()

    async def of(self, guild_id: int | None) -> ServerSettings:
        """Return a server's settings, a few seconds old at most; defaults outside servers.

        While the store does not answer, what was last read still counts.

        Raises:
            StoreError: nobody knows what they forbid: they were never read, or are of another
                version.
        """
        if guild_id is None:
            return _DEFAULTS
        cached = self._cache.get(guild_id)
        if cached is not None and self._clock() - cached.read_at < self._fresh_seconds:
            return cached.kept.settings
        try:
            document = await self._store.get(guild_id)
        except StoreError as error:
            if cached is None:
                raise
            log.error("guild %d: its settings were not read: %s", guild_id, error)  # noqa: TRY400
            return cached.kept.settings
        return self._remembered(guild_id, document, since=cached).settings

    async def read(self, guild_id: int) -> Kept:
        """Return a server's settings as they are in the store now.

        Raises:
            StoreError: the store cannot be read, or another version wrote them.
        """
        cached = self._cache.get(guild_id)
        return self._remembered(guild_id, await self._store.get(guild_id), since=cached)

    async def change(
        self,
        guild_id: int,
        user_id: int,
        change: Callable[[ServerSettings], ServerSettings],
        *,
        version: int | None = None,
    ) -> Changed:
        """Change a server's settings and note who did it.

        Args:
            guild_id: the server.
            user_id: the moderator.
            change: makes the new settings of the old; is called again if somebody was faster.
            version: the version that must still hold; `None` is any.

        Raises:
            OutdatedError: that version does not hold any more.
            SettingsFileError: nobody could read the new settings back.
            StoreError: the store cannot be read or written.
        """
        for _ in range(_TRIES):
            kept = await self.read(guild_id)
            if version is not None and kept.version != version:
                break
            changed = await self._put(guild_id, user_id, kept, change(kept.settings))
            if changed is not None:
                return changed
        raise OutdatedError("Somebody else changed the settings meanwhile: look at them again.")

    async def version(self, guild_id: int) -> int:
        """Return the version of a server's settings, whether anybody can read them or not.

        Raises:
            StoreError: the store cannot be read.
        """
        document = await self._store.get(guild_id)
        return document.version if document is not None else 0

    async def is_unreadable(self, guild_id: int) -> bool:
        """Return whether a server's settings are of another version, so that they must be reset.

        Raises:
            StoreError: the store cannot be read.
        """
        try:
            _settings(await self._store.get(guild_id))
        except _UnreadableError:
            return True
        return False

    async def reset(self, guild_id: int, user_id: int, *, version: int) -> Changed:
        """Put a server back to how it began, also where nobody can read what was kept.

        Args:
            guild_id: the server.
            user_id: the moderator.
            version: the version that must still hold.

        Raises:
            OutdatedError: that version does not hold any more.
            StoreError: the store cannot be read or written.
        """
        document = await self._store.get(guild_id)
        said: tuple[str, ...] = ()
        try:
            before = _settings(document)
        except _UnreadableError:
            said = (settingproblems.UNREADABLE_WAS_RESET,)
            log_channel_id = log_channel_in(document.text) if document is not None else None
            before = replace(_DEFAULTS, log_channel_id=log_channel_id)
        kept = Kept(settings=before, version=version)
        changed = await self._put(guild_id, user_id, kept, _DEFAULTS, said=said)
        if changed is None:
            raise OutdatedError("Somebody else changed the settings meanwhile: look at them again.")
        return changed

    async def audit(self, guild_id: int, limit: int) -> tuple[AuditEntry, ...]:
        """Return the latest changes, the newest first.

        Raises:
            StoreError: the store cannot be read.
        """
        return await self._audits.page(guild_id, limit=limit)

    async def _put(
        self,
        guild_id: int,
        user_id: int,
        kept: Kept,
        settings: ServerSettings,
        *,
        said: tuple[str, ...] = (),
    ) -> Changed | None:
        """Keep ``settings``; ``said`` is what else is to be told than how they differ."""
        lines = (*said, *differences(kept.settings, settings))
        if not lines:
            return Changed(kept=kept, before=kept.settings, lines=())
        entry = AuditEntry(
            guild_id=guild_id,
            user_id=user_id,
            at=self._now(),
            action=ACTION,
            detail=_detail(lines),
        )
        # What cannot be read back would forbid everything there, until somebody resets it.
        text = readable_text(settings)
        document = Document(guild_id=guild_id, text=text, version=kept.version)
        put = await self._store.put(
            document, entry, forgets_programs=not settings.keeps_history_code
        )
        if put is None:
            return None
        self._remembered(guild_id, put, since=self._cache.get(guild_id))
        now = Kept(settings=settings, version=put.version)
        return Changed(kept=now, before=kept.settings, lines=lines)

    def _remembered(
        self, guild_id: int, document: Document | None, *, since: _Cached | None
    ) -> Kept:
        """Keep what was read or written in mind, unless there is something newer by now.

        Args:
            guild_id: the server.
            document: what the store said.
            since: what was in mind when the store was asked.
        """
        version = document.version if document is not None else 0
        cached = self._cache.get(guild_id)
        # An older answer may come later. If nothing came between, it is the truth: a server that
        # was erased begins again at 0.
        if cached is not None and cached is not since and cached.kept.version > version:
            return cached.kept
        kept = Kept(settings=_settings(document), version=version)
        self._cache[guild_id] = _Cached(kept, self._clock())
        self._cache.move_to_end(guild_id)
        if len(self._cache) > _SERVERS:
            self._cache.popitem(last=False)
        return kept


def _detail(lines: Sequence[str]) -> str:
    """Return what changed for the audit: as much as anybody reads, in whole lines."""
    shown = list(lines)
    while len(shown) > 1 and sum(len(line) + 1 for line in shown) > DETAIL_CHARACTERS:
        del shown[len(shown) * 3 // 4 :]
    more = len(lines) - len(shown)
    return "\n".join([*shown, *([paneltexts.more_reasons(more)] if more else [])])


def _settings(document: Document | None) -> ServerSettings:
    if document is None:
        return _DEFAULTS
    try:
        return from_text(document.text)
    except SettingsFileError as error:
        raise _UnreadableError(
            f"The settings of server {document.guild_id} are of another version: {error}"
        ) from error
