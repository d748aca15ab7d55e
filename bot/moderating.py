"""What moderators do: block, unblock, stop, and look at what happened. It returns replies."""

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from bot import moderationtexts
from bot.jobs import Jobs
from bot.masking import mask_file
from bot.models import Caller, Reply, ReplyFile, Showing, Tone
from bot.policy import person_key
from bot.rendering import say
from bot.speech import speaking
from bot.store import AuditEntry, Block, RunEntry, Store

PAGE_LINES: Final = 10
_UNIT_SECONDS: Final = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION: Final = re.compile(r"(?a:([1-9][0-9]{0,3})\s*([mhdw]))")
_PROGRAMS_BYTES: Final = 8 * 1024 * 1024
_REASON_CHARACTERS: Final = 300
_DAY_SECONDS: Final = 86_400


def parse_block_duration(text: str) -> float | None:
    """Return the seconds that a moderator's ``30m``, ``12h``, ``7d`` or ``4w`` means; `None` for ever.

    Raises:
        ValueError: it is none of that; the text is the sentence for the moderator.
    """
    typed = text.strip().lower()
    if typed in ("", "forever", "ever"):
        return None
    match = _DURATION.fullmatch(typed)
    if match is None:
        raise ValueError(moderationtexts.BAD_DURATION)
    return float(match[1]) * _UNIT_SECONDS[match[2]]


class Moderating:
    """The moderators' actions in one server, each audited.

    Every method raises `bot.errors.StoreError` when the store fails; nothing is done then.

    Args:
        store: keeps blocks, the log and the history.
        jobs: what runs now.
        now: seconds since 1970.
    """

    def __init__(self, store: Store, jobs: Jobs, *, now: Callable[[], float] = time.time) -> None:
        self._store = store
        self._jobs = jobs
        self._now = now

    async def block(
        self, caller: Caller, user_id: int, *, seconds: float | None, reason: str
    ) -> Reply:
        """Let a member run nothing here for ``seconds``, or for ever; what runs of theirs is stopped."""
        now = self._now()
        expires_at = None if seconds is None else now + seconds
        reason = " ".join(reason.split())[:_REASON_CHARACTERS]
        block = Block(
            user_id=user_id,
            guild_id=caller.guild_id,
            by_id=caller.user_id,
            at=now,
            reason=reason,
            expires_at=expires_at,
        )
        with speaking(caller.server_locale):
            detail = moderationtexts.block_detail(user_id, expires_at, reason)
        await self._store.blocks.put(block, self._entry(caller, "block.add", detail))
        stopped = await self._jobs.stop_all(owner=person_key(user_id), guild_id=caller.guild_id)
        words = moderationtexts.was_blocked(user_id, expires_at, reason, stopped)
        return say(moderationtexts.DONE, words, Tone.OK)

    async def unblock(self, caller: Caller, user_id: int) -> Reply:
        """Lift a member's block here."""
        entry = self._entry(caller, "block.remove", f"<@{user_id}>")
        had = await self._store.blocks.remove(
            user_id=user_id, guild_id=caller.guild_id, entry=entry
        )
        words = moderationtexts.was_unblocked(user_id, had=had)
        return say(moderationtexts.DONE, words, Tone.OK if had else Tone.REFUSED)

    async def blocks(self, caller: Caller) -> Reply:
        """Show who is blocked here."""
        found = await self._store.blocks.listed(caller.guild_id, now=self._now())
        lines = [moderationtexts.block_line(block) for block in found]
        words = "\n".join(lines) or moderationtexts.NOBODY_BLOCKED
        return say(moderationtexts.BLOCKS_TITLE, words, Tone.INFO)

    async def stop(self, caller: Caller, user_id: int | None) -> Reply:
        """Stop a member's runs in this server, or everybody's."""
        owner = None if user_id is None else person_key(user_id)
        stopped = await self._jobs.stop_all(owner=owner, guild_id=caller.guild_id)
        with speaking(caller.server_locale):
            whose = f" (<@{user_id}>)" if user_id is not None else ""
            detail = f"{moderationtexts.runs(stopped)}{whose}"
        await self._store.audits.add(self._entry(caller, "runs.stop", detail))
        tone = Tone.OK if stopped else Tone.REFUSED
        return say(moderationtexts.DONE, moderationtexts.was_stopped(stopped), tone)

    async def log(self, caller: Caller) -> Reply:
        """Show who changed what here, the newest first."""
        found = await self._store.audits.page(caller.guild_id)
        lines = [moderationtexts.audit_line(entry) for entry in found]
        words = "\n".join(lines) or moderationtexts.NOTHING_LOGGED
        return say(moderationtexts.LOG_TITLE, words, Tone.INFO)

    async def runs(
        self,
        caller: Caller,
        *,
        user_id: int | None = None,
        language: str | None = None,
        before: int | None = None,
    ) -> tuple[Reply, int | None]:
        """Show what ran here, the newest first, and where the next page begins if there is one.

        Programs are attached where the server keeps them.
        """
        found = await self._store.runs.page(
            guild_id=caller.guild_id,
            user_id=user_id,
            language=language,
            before=before,
            limit=PAGE_LINES + 1,
        )
        shown = found[:PAGE_LINES]
        lines = [moderationtexts.run_line(entry) for entry in shown]
        reply = say(
            moderationtexts.RUNS_TITLE, "\n".join(lines) or moderationtexts.NOTHING_RAN, Tone.INFO
        )
        more = shown[-1].entry_id if len(found) > PAGE_LINES else None
        return replace(reply, files=_programs(shown)), more

    async def per_day(self, caller: Caller, days: int) -> tuple[list[Counter[str]], int]:
        """Return how many programs of each language ran here on each of ``days`` days, today last.

        Returns:
            One counter for each day, and the number of the first day since 1970, in UTC.
        """
        today = int(self._now() // _DAY_SECONDS)
        first = today - days + 1
        counts = [Counter[str]() for _ in range(days)]
        for row in await self._store.runs.per_day(
            guild_id=caller.guild_id, since=float(first * _DAY_SECONDS)
        ):
            if first <= row.day <= today:
                counts[row.day - first][row.language] += row.runs
        return counts, first

    def _entry(self, caller: Caller, action: str, detail: str) -> AuditEntry:
        return AuditEntry(
            guild_id=caller.guild_id,
            user_id=caller.user_id,
            at=self._now(),
            action=action,
            detail=detail,
        )


def _programs(entries: Sequence[RunEntry]) -> tuple[ReplyFile, ...]:
    """Return the programs of a page in one file that Discord takes; what is secret is masked."""
    content = b""
    for entry in entries:
        for file in entry.request.files if entry.request is not None else ():
            part = f"# {entry.entry_id} {file.path}\n".encode() + file.content + b"\n\n"
            if len(content) + len(part) < _PROGRAMS_BYTES:
                content += part
            else:
                content += f"# {entry.entry_id} {file.path[:80]} […]\n\n".encode()
    masked = mask_file(content, Showing(invites=True)).data
    return (ReplyFile(name="programs.txt", content=masked),) if content else ()
