"""What ``/settings`` says, and what it writes into the log channel."""

import sys
from collections.abc import Sequence

from bot import texts
from bot.speech import N_, Sentences, _, ngettext, numeral

ON = N_("on")
OFF = N_("off")
NONE = N_("not set")
NOTHING = N_("nothing")
EVERYTHING = N_("all")

NO_CHANNEL_LEFT = N_("No channel would be left in which I run programs.")
NO_MANAGER_LEFT = N_("No role with Manage Server would be left whose members may run programs.")
NOT_EVEN_YOU = N_("You yourself could not run programs any more.")
NO_LANGUAGE_LEFT = N_("No language would be left that anybody could use.")


ROLE_BLOCKED = N_(
    "One of your roles keeps you from running programs on this server: ask a moderator which one."
)


UNREADABLE = N_(
    "I cannot read this server's settings at the moment: send it again in a minute, or ask a"
    " moderator to look at `/settings`."
)


NO_FILES_HERE = N_("This server does not show the files that programs make.")


def files_withheld(names: Sequence[str], more: int, types: Sequence[str]) -> str:
    """Return which files of a program this server does not show; ``names`` are safe."""
    listed = texts.and_more(", ".join(f"`{name[:60]}`" for name in names), more)
    if not types:
        return _("This server shows no files, so these are left out: {names}.").format(names=listed)
    return _(
        "This server shows only files of type {types}, so these are left out: {names}."
    ).format(types=", ".join(types), names=listed)


def hidden(number: int) -> str:
    """Return that something of the output is masked."""
    return ngettext(
        "-# {number} thing is hidden: tokens always, invites and links where the server wants"
        " that.",
        "-# {number} things are hidden: tokens always, invites and links where the server wants"
        " that.",
        number,
    ).format(number=numeral(number))


def quota_used(wait_seconds: float) -> str:
    """Return that an hour's runs are used up, and when the next one is free."""
    seconds = max(1, round(wait_seconds + 0.499))
    when = f"{seconds} s" if seconds < 100 else f"{-(-seconds // 60)} min"
    return _(
        "The runs that this server allows per hour are used up: the next one is"
        " free in {when}; press **Run again** then."
    ).format(when=when)


def taken_as(language: str, tag: str) -> str:
    """Return how the language was chosen when nobody named it and the server has a usual one."""
    return _(
        "You named no language, so I took {language}, as is usual on this server;"
        " choose another below, or write it right after the three backticks, as in"
        " \\`\\`\\`{tag}."
    ).format(language=language, tag=tag)


def role_needed(role_ids: Sequence[int]) -> str:
    """Return which roles one needs. It is shown in an embed or without mentions: nobody is pinged."""
    if not role_ids:
        return _("Nobody can run programs on this server: ask a moderator.")
    return _("Only members with {roles} can run programs on this server: ask a moderator.").format(
        roles=texts.either([f"<@&{id_}>" for id_ in role_ids])
    )


def change(what: str, old: str, new: str) -> str:
    """Return one change, for the audit log; names are harmless already."""
    return f"{what}: {old} → {new}"


COMMAND_DESCRIPTION = N_(
    "Choose what members of this server may run, where, and what is shown of it"
)
OPTION_FILE = N_("a settings file (YAML) to import; without one, a panel opens")

TITLE = N_("Settings")
NOT_A_MANAGER = N_("Only members with **Manage Server** can change settings: ask one of them.")
ONLY_IN_SERVERS = N_(
    "Settings belong to servers: use `/settings` in one where you have **Manage Server**."
)
STORE_FAILED = N_("The settings cannot be read or written at the moment: try again in a minute.")
OUTDATED = N_(
    "Somebody else changed the settings meanwhile, so I changed nothing: look at them again."
)
FILE_GONE = N_("I could not read the settings file: start again with `/settings`.")
EXPORTED = N_("These are the settings. To bring them back, attach this file to `/settings file:`.")
RESET_MEANS = N_("Every setting would be as it was when I came to this server.")
UNREADABLE_RESET = N_(
    "I cannot read this server's settings: another version of me wrote them. I can only put"
    " everything back to how it was at first."
)
FILE_TOO_LARGE = N_("A settings file has at most 64 KiB: attach one that `/settings` exported.")
REFUSED = N_("Nothing was changed")
CONFIRM_TITLE = N_("Really?")
CHANGED_TITLE = N_("Settings changed")

PAGE_NAMES = {
    "languages": (N_("Languages"), N_("which, where and for whom")),
    "places": (N_("Channels & roles"), N_("where and who")),
    "limits": (N_("Limits & quotas"), N_("how often, and how long code is kept")),
    "output": (N_("Output"), N_("what is shown, and how much")),
    "members": (N_("Members\u2019 experience"), N_("usual language, welcome, direct messages")),
    "log": (N_("Log & import/export"), N_("who changed what; settings as a file")),
}
MODE_NAMES = {
    "all": N_("All languages"),
    "only": N_("Only the chosen languages"),
    "except": N_("All but the chosen languages"),
}
INHERIT_NAME = N_("No list of its own: as everywhere")
CHANNEL_MODE_NAMES = {
    "all": N_("In all channels"),
    "only": N_("Only in the channels below"),
    "except": N_("In all but the channels below"),
}
ROLE_MODE_NAMES = {
    "all": N_("Everybody"),
    "only": N_("Only members with a role below"),
    "except": N_("Everybody but members with a role below"),
}
SWITCH_NAMES = {
    "shows_files": (N_("Files"), N_("attach what programs write")),
    "is_live": (N_("Live output"), N_("show what a program prints while it runs")),
    "shows_invites": (N_("Invites"), N_("show invites to other servers")),
    "shows_links": (N_("Links"), N_("show links")),
    "answers_by_dm": (N_("Direct messages"), N_("answer by direct message where I may not write")),
    "keeps_history_code": (N_("Code in history"), N_("moderators see in /runs what ran")),
}
PAGE_HINT = N_("Go to another page")
MODE_HINT = N_("Which languages")
LANGUAGES_HINT = N_("Choose languages")
CHANNEL_MODE_HINT = N_("In which channels")
ROLE_MODE_HINT = N_("Who may run programs")
CHANNELS_HINT = N_("Choose channels")
ROLES_HINT = N_("Choose roles")
SWITCHES_HINT = N_("Choose what is on")
SCOPE_CHANNEL_HINT = N_("For which channel?")
SCOPE_ROLE_HINT = N_("For which role?")
LOG_CHANNEL_HINT = N_("Where changes are told")
TOO_MANY_HINT = N_("More than 25: change them in the file")

EVERYWHERE = N_("Everywhere")
FOR_A_CHANNEL = N_("For a channel…")
FOR_A_ROLE = N_("For a role…")
BACK, FORWARD = "◀", "▶"
EDIT_LIMITS = N_("Change limits")
EDIT_SIZES = N_("Size and file types")
EDIT_LANGUAGE = N_("Usual language")
EDIT_WELCOME = N_("Welcome message")
POST_WELCOME = N_("Post it here")
EXPORT = N_("Export")
IMPORT = N_("Edit as YAML")
RESET = N_("Reset everything")
CONFIRM = N_("Do it all the same")
CANCEL = N_("Leave it as it is")

LIMIT_FIELDS = {
    "limits.cooldown": (
        N_("Wait between two runs"),
        N_("Such as 10s; the operator\u2019s wait holds in any case."),
    ),
    "limits.runs_per_hour_and_member": (
        N_("Runs per hour and member"),
        N_("A number; empty is no limit."),
    ),
    "limits.runs_per_hour": (
        N_("Runs per hour on this server"),
        N_("A number; empty is no limit."),
    ),
    "limits.keep_code_days": (
        N_("Days that code is kept for buttons"),
        N_("0 to 30; left empty, the operator decides."),
    ),
}
SIZE_FIELDS = {
    "output.lines": (N_("Lines shown in a message"), N_("3 to 40; the rest is attached.")),
    "output.characters": (
        N_("Characters shown in a message"),
        N_("500 to 4000; the rest is attached."),
    ),
    "output.file_types": (
        N_("Types of files that are attached"),
        N_("Such as png, txt; empty is any."),
    ),
}
LANGUAGE_FIELDS = {
    "languages.default": (
        N_("Language of code that names none"),
        N_("Such as python; empty: I look at the code."),
    ),
}
WELCOME_FIELDS = {
    "members.welcome": (N_("Welcome message"), N_("Shown above /help; leave it empty for none.")),
}
IMPORT_FIELD = (N_("Settings"), N_("A file with a mistake in it changes nothing."))


def unknown_language(typed: str, near: str) -> str:
    """Return that a language is unknown; both are harmless already."""
    sentences = [
        _("No language here is called {typed}.").format(typed=typed),
        texts.did_you_mean([near] if near else []),
        _("`/languages` lists them."),
    ]
    return texts.joined(sentences)


def confirm(reasons: Sequence[str]) -> str:
    """Return the question before a change that would lock moderators out."""
    listed = "\n".join(f"• {reason}" for reason in reasons)
    after = _(
        "The attached file is how the settings would be. `/settings` keeps working in any case."
    )
    return f"{listed}\n\n{after}"


def log_lines(user_id: int, lines: Sequence[str]) -> str:
    """Return a change for the log channel; an embed pings nobody."""
    return "\n".join(
        [_("<@{user_id}> changed:").format(user_id=user_id), *(f"• {line}" for line in lines)]
    )


def log_failed(channel_id: int) -> str:
    """Return that the log channel cannot be written to."""
    return _(
        "⚠️ I could not write this into <#{channel_id}>: give me **View Channel** and"
        " **Send Messages** there, or choose another log channel."
    ).format(channel_id=channel_id)


def post_failed(channel_id: int) -> str:
    """Return that something cannot be posted where that was asked for."""
    return _(
        "I could not post it into <#{channel_id}>: give me **View Channel** and"
        " **Send Messages** there, and press again."
    ).format(channel_id=channel_id)


def audit_line(at: float, user_id: int, detail: str) -> str:
    """Return one change of the past."""
    return f"<t:{int(at)}:R> <@{user_id}>: {detail}"


def fact(what: str, value: str) -> str:
    """Return one line of the panel."""
    return f"**{what}** • {value}"


PAGE_LINES = {
    "languages": N_(
        "Languages that members may use. A channel\u2019s list holds there in place of the"
        " general one, a role\u2019s list for its members; where both apply, a language must be in both."
    ),
    "places": N_("Where programs run, and for whom. Threads follow their channel."),
    "limits": N_("What the operator set holds in any case."),
    "output": N_("Mentions never ping, and tokens and webhook addresses are always hidden."),
    "members": N_("What members come across first."),
    "log": N_("Every change is kept, and told in the log channel if there is one."),
}


sys.modules[__name__].__class__ = Sentences
