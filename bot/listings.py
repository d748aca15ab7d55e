"""What moderators and the owner look back at, page by page: runs, the log, blocks. The newest come first."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from bot import listtexts
from bot.errors import StoreError
from bot.masking import mask, mask_text
from bot.models import Reply, ReplyFile, Showing, Tone
from bot.rendering import say
from bot.settings.keeper import SettingsKeeper
from bot.store import BlockKey, RunEntry, Store

log = logging.getLogger(__name__)

PAGE_LINES: Final = 10
_PROGRAMS_BYTES: Final = 8 * 1024 * 1024
_SHOWING: Final = Showing(invites=True)


class Listed(StrEnum):
    """What there are lists of."""

    RUNS = "runs"
    LOG = "log"
    BLOCKS = "blocks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of which list: what comes after the page before, the first one if nothing is said.

    ``before`` is the number of the last entry of that page, ``after`` the key of its last block.
    Runs may be of one member, in one language.
    """

    listed: Listed
    before: int | None = None
    after: BlockKey | None = None
    user_id: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page as it is shown, and the one that comes after it, if there is one."""

    reply: Reply
    older: Page | None = None


class Listings:
    """Shows pages of lists.

    Args:
        store: keeps what is listed.
        settings: say whether a server keeps programs.
        now: seconds since 1970.
    """

    def __init__(
        self,
        store: Store,
        settings: SettingsKeeper,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._settings = settings
        self._now = now

    async def show(self, page: Page, guild_id: int | None) -> Listing:
        """Return a page of a server's list; with `None` of the owner's, who has none of runs.

        Raises:
            StoreError: the store cannot be read.
        """
        match page.listed:
            case Listed.RUNS if guild_id is not None:
                return await self._runs(page, guild_id)
            case Listed.BLOCKS:
                return await self._blocks(page, guild_id)
            case _:
                return await self._log(page, guild_id)

    async def _runs(self, page: Page, guild_id: int) -> Listing:
        """Return what ran; programs are attached where the server keeps them."""
        found = await self._store.runs.page(
            guild_id=guild_id,
            user_id=page.user_id,
            language=page.language,
            before=page.before,
            limit=PAGE_LINES + 1,
        )
        shown = found[:PAGE_LINES]
        lines = [listtexts.run_line(entry) for entry in shown]
        words = "\n".join(lines) or listtexts.NOTHING_RAN
        reply = say(listtexts.RUNS_TITLE, words, Tone.INFO)
        if await self._shows_programs(guild_id):
            reply = replace(reply, files=_programs(shown))
        is_last = len(found) <= PAGE_LINES
        return Listing(reply, None if is_last else replace(page, before=shown[-1].entry_id))

    async def _shows_programs(self, guild_id: int) -> bool:
        """Return whether a server wants that now; not if nobody can read what it wants."""
        try:
            return (await self._settings.read(guild_id)).settings.keeps_history_code
        except StoreError as error:
            log.error("guild %d: no programs in its history: %s", guild_id, error)  # noqa: TRY400
            return False

    async def _log(self, page: Page, guild_id: int | None) -> Listing:
        """Return who changed what."""
        found = await self._store.audits.page(guild_id, before=page.before, limit=PAGE_LINES + 1)
        shown = found[:PAGE_LINES]
        lines = [listtexts.audit_line(entry) for entry in shown]
        words = "\n".join(lines) or listtexts.NOTHING_LOGGED
        is_last = len(found) <= PAGE_LINES
        return Listing(
            say(listtexts.LOG_TITLE, words, Tone.INFO),
            None if is_last else replace(page, before=shown[-1].entry_id),
        )

    async def _blocks(self, page: Page, guild_id: int | None) -> Listing:
        """Return who is blocked."""
        found = await self._store.blocks.listed(
            guild_id, now=self._now(), after=page.after, limit=PAGE_LINES + 1
        )
        shown = found[:PAGE_LINES]
        lines = [listtexts.block_line(block) for block in shown]
        nobody = (
            listtexts.NOBODY_BLOCKED_EVERYWHERE if guild_id is None else listtexts.NOBODY_BLOCKED
        )
        is_last = len(found) <= PAGE_LINES
        return Listing(
            say(listtexts.BLOCKS_TITLE, "\n".join(lines) or nobody, Tone.INFO),
            None if is_last else replace(page, after=shown[-1].key),
        )


def _programs(entries: Sequence[RunEntry]) -> tuple[ReplyFile, ...]:
    """Return the programs of a page in one file that Discord takes; what is secret is masked."""
    parts: list[bytes] = []
    room = _PROGRAMS_BYTES
    for entry in entries:
        for file in entry.request.files if entry.request is not None else ():
            # Each by itself, so that none decides how the others are read.
            name = mask_text(f"{entry.entry_id} {file.path}", _SHOWING)
            part = f"# {name}\n".encode() + mask(file.content, _SHOWING).data + b"\n\n"
            if len(part) >= room:
                part = f"# {name[:100]} […]\n\n".encode()
            room -= len(part)
            parts.append(part)
    return (ReplyFile(name="programs.txt", content=b"".join(parts)),) if parts else ()
