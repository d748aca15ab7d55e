"""What the lists say that moderators and the owner look at: runs, the log, blocks, and numbers."""

import sys
from collections.abc import Sequence

from bot import moderationtexts
from bot.escaping import plain
from bot.speech import N_, Sentences, _, ngettext, numeral, spoken_duration
from bot.store.values import AuditEntry, Block, RunEntry
from executor import Status

BLOCKS_TITLE = N_("Blocked members")
LOG_TITLE = N_("Who changed what")
RUNS_TITLE = N_("What ran here")
STATISTICS_TITLE = N_("Programs by day and language")
OLDER = N_("Older")
OTHER_LANGUAGES = N_("other")

NOBODY_BLOCKED = N_("Nobody is blocked here; `/moderate block` blocks a member.")
NOTHING_LOGGED = N_("Nothing was changed here yet.")
NOTHING_RAN = N_("Nothing like that ran here, as far back as history goes.")
NOTHING_KEPT = N_(
    "No history is kept, so there is nothing to count: the operator can change that with"
    " `store.keep_history`."
)
NOBODY_BLOCKED_EVERYWHERE = N_(
    "Nobody is blocked everywhere; `/owner block` blocks a person or a server."
)

_ENDED = {
    Status.OK: N_("finished"),
    Status.COMPILE_ERROR: N_("did not compile"),
    Status.RUNTIME_ERROR: N_("exited with an error"),
    Status.SIGNALLED: N_("crashed"),
    Status.TIME_LIMIT: N_("ran too long"),
    Status.CPU_LIMIT: N_("computed too long"),
    Status.MEMORY_LIMIT: N_("used too much memory"),
    Status.OUTPUT_LIMIT: N_("printed too much"),
    Status.PROCESS_LIMIT: N_("started too many processes"),
    Status.DISK_LIMIT: N_("wrote too much"),
    Status.CANCELLED: N_("was stopped"),
    Status.INTERNAL_ERROR: N_("failed on our side"),
}
_ACTIONS = {
    "settings.change": N_("{who} changed settings"),
    "block.add": N_("{who} blocked"),
    "block.remove": N_("{who} unblocked"),
    "runs.stop": N_("{who} stopped runs"),
    "maintenance.on": N_("{who} began maintenance"),
    "maintenance.off": N_("{who} ended maintenance"),
    "languages.reload": N_("{who} reloaded languages"),
}


def block_line(block: Block) -> str:
    """Return one line of the list of blocks."""
    named = moderationtexts.whom(block.user_id, block.guild_id)
    by = _("by <@{user_id}> {when}").format(user_id=block.by_id, when=f"<t:{int(block.at)}:R>")
    until = moderationtexts.until(block.expires_at) or _("For ever.")
    why = f": {plain(block.reason, 150)}" if block.reason else ""
    return f"{moderationtexts.ended(f'{named}, {by}{why}')} {until}"


def audit_line(entry: AuditEntry) -> str:
    """Return one line of the log; its detail is harmless already."""
    who = f"<@{entry.user_id}>"
    action = _ACTIONS.get(entry.action)
    what = _(action).format(who=who) if action else f"{who} {entry.action}"
    detail = f": {entry.detail[:300]}" if entry.detail else ""
    return f"<t:{int(entry.at)}:f> {what}{detail}"


def run_line(entry: RunEntry) -> str:
    """Return one line of the history, with a link to the answer."""
    where = entry.guild_id if entry.guild_id is not None else "@me"
    link = f"https://discord.com/channels/{where}/{entry.channel_id}/{entry.message_id}"
    words = _("answer")
    answer = f" ([{words}]({link}))" if entry.message_id else ""
    took = spoken_duration(entry.wall_seconds)
    return (
        f"<t:{int(entry.at)}:R> <@{entry.user_id}> <#{entry.channel_id}>"
        f" **{entry.language}**: {_(_ENDED[entry.status])}, {took}{answer}"
    )


def statistics(total: int, days: int, languages: Sequence[tuple[str, int]]) -> str:
    """Return the numbers that the chart draws, for who cannot see it."""
    listed = ", ".join(f"{name} {numeral(number)}" for name, number in languages)
    return ngettext(
        "{runs} in {number} day: {listed}.", "{runs} in {number} days: {listed}.", days
    ).format(runs=moderationtexts.runs(total), number=numeral(days), listed=listed)


def kept_for(days: float) -> str:
    """Return how far back history goes, to who asked for more."""
    return ngettext(
        "-# History is kept for {number} day, so nothing older is counted.",
        "-# History is kept for {number} days, so nothing older is counted.",
        days,
    ).format(number=numeral(days))


sys.modules[__name__].__class__ = Sentences
