"""What moderators, the owner, and who is blocked are told. Quoted words come in harmless."""

import math
import sys
from collections.abc import Sequence

from bot.escaping import plain
from bot.speech import N_, Sentences, _, ngettext, numeral, spoken_duration, spoken_size
from bot.store.values import Block
from executor import Load

_SHARDS_LISTED = 40
_ENDS = ".!?\u2026\u3002\uff01\uff1f:"  # also Japanese and Chinese ones

MODERATE_DESCRIPTION = N_("block members, stop runs, see what happened (for moderators)")
BLOCK_DESCRIPTION = N_("keep a member from running programs here")
UNBLOCK_DESCRIPTION = N_("let a blocked member run programs again")
BLOCKS_DESCRIPTION = N_("show who is blocked here")
STOP_DESCRIPTION = N_("stop a member's programs now, or everybody's on this server")
LOG_DESCRIPTION = N_("show who changed settings and blocks")
STATISTICS_DESCRIPTION = N_("show how many programs ran, by language and day")
RUNS_DESCRIPTION = N_("show what ran on this server (for moderators)")

OPTION_MEMBER = N_("whom")
OPTION_REASON = N_("why, for the member and for the other moderators")
OPTION_DURATION = N_("how long, such as 30m, 12h, 7d or 4w; for ever if left out")
OPTION_STOP_MEMBER = N_("whose; everybody's on this server if left out")
OPTION_RUNS_MEMBER = N_("whose; everybody's if left out")
OPTION_RUNS_LANGUAGE = N_("in which language")
OPTION_DAYS = N_("how many days back, as far as history is kept")

OWNER_DESCRIPTION = N_("look after the bot (for its owner)")
OWNER_BLOCK_DESCRIPTION = N_(
    "keep a person from running programs anywhere, or everybody on a server"
)
OWNER_UNBLOCK_DESCRIPTION = N_("let a blocked person or server run programs again")
OWNER_BLOCKS_DESCRIPTION = N_("show who is blocked everywhere")
OWNER_LOG_DESCRIPTION = N_("show what was done by these commands")
MAINTENANCE_DESCRIPTION = N_("run nothing for a while, with a message for everybody")
HEALTH_DESCRIPTION = N_("show load, memory and shards")
RELOAD_DESCRIPTION = N_("read the language files anew")

OPTION_PERSON = N_("whom")
OPTION_SERVER = N_("the id of a server")
OPTION_MAINTENANCE = N_("whether maintenance begins (or ends)")
OPTION_MESSAGE = N_("what everybody is told")

PRIVACY_DESCRIPTION = N_("what I keep about you")
PRIVACY_ABOUT_DESCRIPTION = N_("show what I keep, and for how long")
PRIVACY_DELETE_DESCRIPTION = N_("forget your programs, answers and history")
PRIVACY_TITLE = N_("What I keep")
PRIVACY_DELETED = N_(
    "I forgot your programs, what ran, and which answers are yours: buttons below older answers no"
    " longer work. Blocks and counts against misuse stay until they run out."
)

HEALTH_TITLE = N_("How I am doing")
DONE = N_("Done")

NOT_A_MODERATOR = N_(
    "This is for moderators: it needs the permission *Manage Messages*. Ask somebody who has it."
)
ONLY_IN_SERVERS = N_("This works only on a server: use it in one of its channels.")
BAD_DURATION = N_("Write how long as a number with a unit, such as `30m`, `12h`, `7d` or `4w`.")
NOT_YOURSELF = N_("You cannot block yourself: name another member.")
NOT_YOUR_OWN = N_("You cannot lift your own block: ask another moderator.")
NOT_ME = N_("You cannot block me. To switch me off here, block all languages in `/settings`.")
NOT_THE_OWNER = N_(
    "This is for who owns me: the account or the team to which the application belongs."
)
ONE_OF_BOTH = N_("Name a person or a server, and not both.")
BAD_SERVER = N_(
    "A server goes by its id, such as `81384788765712384`: switch on Developer Mode in your Discord"
    " settings, then right-click the server and choose Copy Server ID."
)
MAINTENANCE_ENDED = N_("Programs run again.")
STORE_FAILED = N_("I cannot read or write my data at the moment: try again in a minute.")


def in_maintenance(message: str) -> str:
    """Return that nothing runs for now; ``message`` is the owner's and may be empty."""
    if not message.strip():
        return _("I am being looked after and run nothing for now. Try again later.")
    return _("I am being looked after and run nothing for now: {message} Try again later.").format(
        message=ended(plain(message.strip(), 500))
    )


def blocked(block: Block) -> str:
    """Return that somebody may not run anything, why, until when, and whom to ask."""
    if block.is_global:
        anywhere = _("You cannot run programs anywhere.")
        here = _("Nobody can run programs on this server.")
        first = here if block.user_id is None else anywhere
        ask = _("Ask the bot's owner if you think that is wrong.")
    else:
        first = _("You cannot run programs on this server.")
        ask = _("Ask a moderator if you think that is wrong.")
    return _joined(first, until(block.expires_at), _reason(block.reason), ask)


def was_blocked(user_id: int, expires_at: float | None, reason: str, stopped: int) -> str:
    """Return what a moderator's block did."""
    first = _("<@{user_id}> can run nothing here any more.").format(user_id=user_id)
    return _joined(first, until(expires_at), _also_stopped(stopped), _reason(reason))


def block_detail(named: str, expires_at: float | None, reason: str) -> str:
    """Return a block as the log keeps it; ``named`` is whom it is about."""
    why = f"{named} ({plain(reason, 300)})" if reason else named
    return why if expires_at is None else f"{ended(why)} {until(expires_at)}"


def was_unblocked(user_id: int, *, had: bool) -> str:
    """Return what lifting a block did."""
    if had:
        return _("<@{user_id}> can run programs here again.").format(user_id=user_id)
    return _("<@{user_id}> was not blocked here; `/moderate blocks` shows who is.").format(
        user_id=user_id
    )


def whom(user_id: int | None, guild_id: int | None) -> str:
    """Return a person or a server, whichever is given."""
    if user_id is not None:
        return f"<@{user_id}>"
    return _("the server {guild_id}").format(guild_id=guild_id)


def was_blocked_everywhere(named: str, expires_at: float | None, stopped: int) -> str:
    """Return what the owner's block did."""
    first = _("Nothing of {whom} runs any more.").format(whom=named)
    return _joined(first, until(expires_at), _also_stopped(stopped))


def was_unblocked_everywhere(named: str, *, had: bool) -> str:
    """Return what lifting the owner's block did."""
    if had:
        return _("The block of {whom} is lifted.").format(whom=named)
    return _("There is no block of {whom}; `/owner blocks` shows all.").format(whom=named)


def maintenance_began(told: str) -> str:
    """Return what happens now; ``told`` is what members read."""
    return _("Nothing new runs from now on. Members read: {told}").format(told=told)


def reloaded(names: Sequence[str]) -> str:
    """Return what can run now."""
    return ngettext(
        "{number} language can run: {names}.", "{number} languages can run: {names}.", len(names)
    ).format(number=numeral(len(names)), names=", ".join(names))


def health(
    load: Load,
    *,
    languages: int,
    servers: int,
    memory_bytes: int,
    shards: Sequence[tuple[int, float, int]],
) -> str:
    """Return how the bot is doing.

    Args:
        load: of the executor.
        languages: how many can run.
        servers: how many the bot is in.
        memory_bytes: of the bot itself.
        shards: number, latency in seconds and servers of each; those that heard nothing of Discord yet
            have no finite latency. The worst are listed.
    """
    slowest = max(
        (seconds for _n, seconds, _s in shards if math.isfinite(seconds)), default=math.inf
    )
    worst = sorted(shards, key=lambda shard: -shard[1] if math.isfinite(shard[1]) else -math.inf)
    listed = sorted(worst[:_SHARDS_LISTED])
    lines = [
        _("Programs: {running} running, {waiting} waiting; sandboxes ready: {ready}").format(
            running=numeral(load.running_jobs),
            waiting=numeral(load.waiting_jobs),
            ready=numeral(load.ready_sandboxes),
        ),
        _("Languages: {languages}; kept builds: {builds} ({size})").format(
            languages=numeral(languages),
            builds=numeral(load.kept_builds),
            size=spoken_size(load.kept_build_bytes),
        ),
        _("Servers: {servers}; shards: {shards}; slowest heartbeat: {slowest}").format(
            servers=numeral(servers), shards=numeral(len(shards)), slowest=_heartbeat(slowest)
        ),
        _("Memory of the bot itself: {size}").format(size=spoken_size(memory_bytes)),
    ]
    lines += [
        _("Shard {number}: {heartbeat}, servers: {servers}").format(
            number=number, heartbeat=_heartbeat(seconds), servers=numeral(count)
        )
        for number, seconds, count in listed
    ]
    if len(listed) < len(shards):
        lines.append(_("Not listed: {number}").format(number=numeral(len(shards) - len(listed))))
    return "\n".join(lines)


def _heartbeat(seconds: float) -> str:
    return spoken_duration(seconds) if math.isfinite(seconds) else _("not connected")


def privacy_about(keep_code_days: float, keep_history_days: float) -> str:
    """Return what is kept, for how long, and how to get rid of it."""
    if keep_code_days > 0:
        code = _(
            "Programs that stand in no message (from `/run` and editors): {time}, for the buttons below"
            " their answers."
        ).format(time=_days(keep_code_days))
    else:
        code = _("No programs: what stands in no message is not kept.")
    points = (
        code,
        _("Which answer belongs to which message: 30 days, so that an edit runs again."),
        _(
            "Who ran which language where, and how it ended: {time}, for moderators; the program only"
            " if they switched that on."
        ).format(time=_days(keep_history_days)),
        _("Blocks and counted runs, until they run out; what moderators changed, for a year."),
    )
    last = _(
        "Output that could not be attached is kept like programs. `/privacy delete` forgets your"
        " programs, answers and history at once; blocks, counts and what you did as a moderator stay."
    )
    return "\n".join((*(f"- {point}" for point in points), last))


def was_stopped(stopped: int) -> str:
    """Return how many runs were stopped."""
    if not stopped:
        return _("Nothing was running that I could stop.")
    return ngettext("I stopped {number} run.", "I stopped {number} runs.", stopped).format(
        number=numeral(stopped)
    )


def runs(number: int) -> str:
    """Return such as ``1 run`` or ``1,204 runs``."""
    return ngettext("{number} run", "{number} runs", number).format(number=numeral(number))


def until(expires_at: float | None) -> str:
    """Return until when a block holds; nothing of one that holds for ever."""
    if expires_at is None:
        return ""
    return _("Until {when}.").format(when=f"<t:{int(expires_at)}:f>")


def _reason(reason: str) -> str:
    return _("Reason: {reason}").format(reason=ended(plain(reason, 300))) if reason else ""


def ended(words: str) -> str:
    """Return somebody's words with an end, as a sentence of ours follows them."""
    if not words or words[-1] in _ENDS:
        return words
    return words + ("\u3002" if "\u3000" <= words[-1] <= "\u9fff" else ".")


def _days(number: float) -> str:
    return ngettext("{number} day", "{number} days", number).format(number=numeral(number))


def _also_stopped(stopped: int) -> str:
    return was_stopped(stopped) if stopped else ""


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


sys.modules[__name__].__class__ = Sentences
