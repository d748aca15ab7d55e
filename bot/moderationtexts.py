"""What moderators, the owner, and who is blocked are told. Quoted words come in harmless."""

from collections.abc import Sequence

from bot.escaping import plain
from bot.store.values import AuditEntry, Block, RunEntry
from executor import Load, Status, human_duration, human_size

MODERATE_DESCRIPTION = "block members, stop runs, see what happened (for moderators)"
BLOCK_DESCRIPTION = "let a member run nothing for a while"
UNBLOCK_DESCRIPTION = "let a blocked member run programs again"
BLOCKS_DESCRIPTION = "show who is blocked here"
STOP_DESCRIPTION = "stop a member's programs now, or all of this server"
LOG_DESCRIPTION = "show who changed settings and blocks"
STATISTICS_DESCRIPTION = "show how many programs ran, by language and day"
RUNS_DESCRIPTION = "show what ran on this server (for moderators)"

OPTION_MEMBER = "whom"
OPTION_REASON = "why, for the member and for the other moderators"
OPTION_DURATION = "how long, such as 30m, 12h, 7d or 4w; for ever if left out"
OPTION_STOP_MEMBER = "whose; all of this server if left out"
OPTION_RUNS_MEMBER = "whose; everybody's if left out"
OPTION_RUNS_LANGUAGE = "in which language"
OPTION_DAYS = "how many days back"

OWNER_DESCRIPTION = "look after the bot (for who owns it)"
OWNER_BLOCK_DESCRIPTION = "let a person run nothing anywhere, or nobody on a server"
OWNER_UNBLOCK_DESCRIPTION = "let a blocked person or server run programs again"
OWNER_BLOCKS_DESCRIPTION = "show who is blocked everywhere"
OWNER_LOG_DESCRIPTION = "show what was done by these commands"
MAINTENANCE_DESCRIPTION = "run nothing for a while, with a message for everybody"
HEALTH_DESCRIPTION = "show load, memory and shards"
RELOAD_DESCRIPTION = "read the language files anew"

OPTION_PERSON = "whom"
OPTION_SERVER = "the id of a server"
OPTION_MAINTENANCE = "whether maintenance begins (or ends)"
OPTION_MESSAGE = "what everybody is told"

PRIVACY_DESCRIPTION = "what I keep of you"
PRIVACY_ABOUT_DESCRIPTION = "show what I keep, and for how long"
PRIVACY_DELETE_DESCRIPTION = "forget your programs, answers and history"
PRIVACY_TITLE = "What I keep"
PRIVACY_DELETED = (
    "I forgot your programs, what ran, and which answers are yours: buttons below older answers do"
    " nothing any more. Blocks and counts against misuse stay until they run out."
)

HEALTH_TITLE = "How I am doing"
BLOCKS_TITLE = "Blocked members"
LOG_TITLE = "Who changed what"
RUNS_TITLE = "What ran here"
STATISTICS_TITLE = "Programs by day and language"
DONE = "Done"
OLDER = "Older"

NOT_A_MODERATOR = (
    "This is for moderators: it needs the permission *Manage Messages*. Ask somebody who has it."
)
ONLY_IN_SERVERS = "This works in servers only: use it in a channel of one."
NOBODY_BLOCKED = "Nobody is blocked here. `/moderate block` does that."
NOTHING_LOGGED = "Nothing was changed here yet."
NOTHING_RAN = "Nothing like that ran here, as far back as I remember."
BAD_DURATION = "Write how long as a number with a unit, such as `30m`, `12h`, `7d` or `4w`."
NOT_YOURSELF = "You cannot block yourself: name another member."
NOT_ME = "You cannot block me. To switch me off here, block all languages in `/settings`."
NOT_THE_OWNER = (
    "This is for who owns me: the account, or its team, under which the application was made."
)
NOBODY_BLOCKED_EVERYWHERE = "Nobody is blocked everywhere. `/owner block` does that."
ONE_OF_BOTH = "Name a person or a server, and not both."
BAD_SERVER = "A server goes by its id, such as `81384788765712384`: right-click it, Copy Server ID."
MAINTENANCE_ENDED = "Programs run again."
STORE_FAILED = "I cannot reach my notes at the moment: try again in a minute."

_ENDED = {
    Status.OK: "finished",
    Status.COMPILE_ERROR: "did not compile",
    Status.RUNTIME_ERROR: "exited with an error",
    Status.SIGNALLED: "crashed",
    Status.TIME_LIMIT: "ran too long",
    Status.CPU_LIMIT: "computed too long",
    Status.MEMORY_LIMIT: "used too much memory",
    Status.OUTPUT_LIMIT: "printed too much",
    Status.PROCESS_LIMIT: "started too many processes",
    Status.DISK_LIMIT: "wrote too much",
    Status.CANCELLED: "was stopped",
    Status.INTERNAL_ERROR: "failed by our fault",
}
_ACTIONS = {
    "settings.change": "changed settings",
    "block.add": "blocked",
    "block.remove": "unblocked",
    "runs.stop": "stopped runs",
    "maintenance.on": "began maintenance",
    "maintenance.off": "ended maintenance",
    "languages.reload": "reloaded languages",
}


def in_maintenance(message: str) -> str:
    """Return that nothing runs for now; ``message`` is the owner's and may be empty."""
    words = f": {plain(message, 500)}" if message else "."
    return f"I am being looked after and run nothing for now{words} Try again later."


def blocked(block: Block) -> str:
    """Return that somebody may not run anything, why, until when, and whom to ask."""
    where = "anywhere" if block.is_global else "on this server"
    until = f" until <t:{int(block.expires_at)}:f>" if block.expires_at is not None else ""
    why = f": {plain(block.reason, 300)}" if block.reason else ""
    ask = "the bot's owner" if block.is_global else "a moderator"
    return f"You cannot run programs {where}{until}{why}. Ask {ask} if you think that is wrong."


def was_blocked(user_id: int, expires_at: float | None, reason: str, stopped: int) -> str:
    """Return what a moderator's block did."""
    until = f"until <t:{int(expires_at)}:f>" if expires_at is not None else "until you unblock them"
    also = f" I stopped {runs(stopped)} of theirs." if stopped else ""
    why = f" Reason: {plain(reason, 300)}" if reason else ""
    return f"<@{user_id}> can run nothing here {until}.{also}{why}"


def was_unblocked(user_id: int, *, had: bool) -> str:
    """Return what lifting a block did."""
    if had:
        return f"<@{user_id}> can run programs here again."
    return f"<@{user_id}> was not blocked here; `/moderate blocks` shows who is."


def whom(user_id: int | None, guild_id: int | None) -> str:
    """Return a person or a server, whichever is given."""
    return f"<@{user_id}>" if user_id is not None else f"the server {guild_id}"


def was_blocked_everywhere(named: str, expires_at: float | None, stopped: int) -> str:
    """Return what the owner's block did."""
    until = f"until <t:{int(expires_at)}:f>" if expires_at is not None else "until you unblock it"
    also = f" I stopped {runs(stopped)}." if stopped else ""
    return f"Nothing of {named} runs any more, {until}.{also}"


def was_unblocked_everywhere(named: str, *, had: bool) -> str:
    """Return what lifting the owner's block did."""
    if had:
        return f"The block of {named} is lifted."
    return f"There is no block of {named}; `/owner blocks` shows all."


def maintenance_began(told: str) -> str:
    """Return what happens now; ``told`` is what members read."""
    return f"Nothing new runs from now on. Members read: {told}"


def reloaded(names: Sequence[str]) -> str:
    """Return what can run now."""
    return f"{len(names)} languages can run: {', '.join(names)}."


def health(
    load: Load,
    *,
    languages: int,
    servers: int,
    memory_bytes: int,
    slowest_seconds: float,
    shards: Sequence[tuple[int, float, int]],
) -> str:
    """Return how the bot is doing; ``shards`` are number, latency in seconds and servers."""
    lines = [
        f"{runs(load.running_jobs)} now, {load.waiting_jobs} waiting,"
        f" {load.ready_sandboxes} sandboxes ready",
        f"{languages} languages, {load.kept_builds} kept builds"
        f" ({human_size(load.kept_build_bytes)})",
        f"{servers:,} servers, {len(shards)} shards, slowest heartbeat"
        f" {human_duration(slowest_seconds)}",
        f"{human_size(memory_bytes)} of memory for the bot itself",
    ]
    lines += [
        f"shard {number}: {human_duration(seconds)}, {count:,} servers"
        for number, seconds, count in shards
    ]
    return "\n".join(lines)


def privacy_about(keep_code_days: float, keep_history_days: float) -> str:
    """Return what is kept, for how long, and how to get rid of it."""
    code = (
        f"- Programs that stand in no message (from `/run` and editors): {keep_code_days:g} days,"
        " for the buttons below their answers."
        if keep_code_days > 0
        else "- No programs: what stands in no message is not kept."
    )
    return "\n".join(
        (
            code,
            "- Which answer belongs to which message: 30 days, so that an edit runs again.",
            f"- Who ran which language where, and how it ended: {keep_history_days:g} days, for"
            " moderators; the program only if they switched that on.",
            "- Blocks and counted runs, until they run out.",
            "Output is kept nowhere but in the answers themselves. `/privacy delete` forgets all of"
            " it that is yours at once.",
        )
    )


def was_stopped(stopped: int) -> str:
    """Return how many runs were stopped."""
    return f"I stopped {runs(stopped)}." if stopped else "Nothing was running that I could stop."


def runs(number: int) -> str:
    """Return such as ``1 run`` or ``1,204 runs``."""
    return f"{number:,} run{'' if number == 1 else 's'}"


def block_line(block: Block) -> str:
    """Return one line of the list of blocks."""
    whom = f"<@{block.user_id}>" if block.user_id is not None else f"server {block.guild_id}"
    until = f"until <t:{int(block.expires_at)}:R>" if block.expires_at is not None else "for ever"
    why = f": {plain(block.reason, 150)}" if block.reason else ""
    return f"{whom} {until}, by <@{block.by_id}> <t:{int(block.at)}:R>{why}"


def audit_line(entry: AuditEntry) -> str:
    """Return one line of the log; its detail is harmless already."""
    what = _ACTIONS.get(entry.action, entry.action)
    detail = f": {entry.detail[:300]}" if entry.detail else ""
    return f"<t:{int(entry.at)}:f> <@{entry.user_id}> {what}{detail}"


def run_line(entry: RunEntry) -> str:
    """Return one line of the history, with a link to the answer."""
    where = entry.guild_id if entry.guild_id is not None else "@me"
    link = f"https://discord.com/channels/{where}/{entry.channel_id}/{entry.message_id}"
    answer = f" ([answer]({link}))" if entry.message_id else ""
    took = human_duration(entry.wall_seconds)
    return (
        f"<t:{int(entry.at)}:R> <@{entry.user_id}> in <#{entry.channel_id}>:"
        f" **{entry.language}** {_ENDED[entry.status]}, {took}{answer}"
    )


def statistics(total: int, days: int, languages: Sequence[tuple[str, int]]) -> str:
    """Return the numbers that the chart draws, for who cannot see it."""
    listed = ", ".join(f"{name} {number:,}" for name, number in languages)
    return f"{runs(total).capitalize()} in {days} days: {listed}."
