"""What ``/settings`` says, and what it writes into the log channel."""

from collections.abc import Sequence

ON, OFF = "on", "off"
NONE = "none"
NOTHING = "nothing"
EVERYTHING = "all"

NO_CHANNEL_LEFT = "No channel would be left in which I run programs."
NO_MANAGER_LEFT = "No role with Manage Server would be left whose members may run programs."
NOT_EVEN_YOU = "You yourself could not run programs any more."
NO_LANGUAGE_LEFT = "No language would be left that anybody could use."


ROLE_BLOCKED = (
    "Members with a role of yours cannot run programs on this server: ask a moderator which; in a"
    " direct message to me you can."
)


UNREADABLE = (
    "I cannot read what is set for this server at the moment: send it again in a minute, or ask a"
    " moderator to look at `/settings`."
)


NO_FILES_HERE = "This server does not show the files that programs make."


def files_withheld(names: Sequence[str], more: int, types: Sequence[str]) -> str:
    """Return which files of a program this server does not show; ``names`` are safe."""
    listed = ", ".join(f"`{name[:60]}`" for name in names) + (
        f" and {more} more" if more > 0 else ""
    )
    shown = f"files of type {', '.join(types)} alone" if types else "no files"
    return f"This server shows {shown}, so these are left out: {listed}."


def hidden(number: int) -> str:
    """Return that something of the output is masked."""
    what = "One thing is" if number == 1 else f"{number:,} things are"
    return f"-# {what} hidden: tokens always, invites and links where the server wants that."


def quota_used(wait_seconds: float) -> str:
    """Return that an hour's runs are used up, and when the next one is free."""
    seconds = max(1, round(wait_seconds + 0.499))
    when = f"{seconds} s" if seconds < 100 else f"{-(-seconds // 60)} min"
    return (
        f"The runs that this server gives out per hour are used up: the next one is free in {when};"
        " press **Run again** then."
    )


def taken_as(language: str, tag: str) -> str:
    """Return how the language was chosen when nobody named it and the server has a usual one."""
    return (
        f"You named no language, so I took {language}, as is usual on this server; choose another"
        f" below, or write it right after the three backticks, as in \\`\\`\\`{tag}."
    )


def role_needed(role_ids: Sequence[int]) -> str:
    """Return which roles one needs. It is shown in an embed or without mentions: nobody is pinged."""
    roles = " or ".join(f"<@&{id_}>" for id_ in role_ids)
    needed = f"Only members with {roles} can" if role_ids else "Nobody can"
    return (
        f"{needed} run programs on this server: ask a moderator; in a direct message to me you can."
    )


def change(what: str, old: str, new: str) -> str:
    """Return one change, for the audit log; names are harmless already."""
    return f"{what}: {old} → {new}"


COMMAND_DESCRIPTION = "Choose what members of this server may run, where, and what is shown of it"
OPTION_FILE = "a settings file (YAML) to take over; left out, a panel opens"

TITLE = "Settings"
NOT_A_MANAGER = "Settings are for members with **Manage Server**: ask one of them."
ONLY_IN_SERVERS = (
    "Settings belong to servers: use `/settings` in one where you have **Manage Server**."
)
STORE_FAILED = "The settings cannot be read or written at the moment: try again in a minute."
OUTDATED = "Somebody else changed the settings meanwhile, so I changed nothing: look at them again."
FILE_GONE = "I could not read the settings file: begin once more with `/settings`."
EXPORTED = "These are the settings; `/settings file:` takes such a file over."
RESET_MEANS = "Every setting would be as it was when I came to this server."
UNREADABLE_RESET = (
    "I cannot read what is set for this server: another version of me wrote it. I can only put"
    " everything back to how it was at first."
)
FILE_TOO_LARGE = "A settings file has at most 64 KiB: attach one that `/settings` exported."
REFUSED = "Nothing was changed"
CONFIRM_TITLE = "Really?"
CHANGED_TITLE = "Settings changed"

PAGE_NAMES = {
    "languages": ("Languages", "which, where and for whom"),
    "places": ("Channels & roles", "where and who"),
    "limits": ("Limits & quotas", "how often, and how long code is kept"),
    "output": ("Output", "what is shown, and how much"),
    "members": ("Members\u2019 experience", "usual language, welcome, direct messages"),
    "log": ("Log & import/export", "who changed what; settings as a file"),
}
MODE_NAMES = {
    "all": "All languages",
    "only": "Only the chosen languages",
    "except": "All but the chosen languages",
}
INHERIT_NAME = "No list of its own: as everywhere"
CHANNEL_MODE_NAMES = {
    "all": "In all channels",
    "only": "Only in the channels below",
    "except": "In all but the channels below",
}
ROLE_MODE_NAMES = {
    "all": "Everybody",
    "only": "Only members with a role below",
    "except": "Everybody but members with a role below",
}
SWITCH_NAMES = {
    "shows_files": ("Files", "attach what programs write"),
    "is_live": ("Live output", "show what a program prints while it runs"),
    "shows_invites": ("Invites", "show invites to other servers"),
    "shows_links": ("Links", "show links"),
    "answers_by_dm": ("Direct messages", "answer there where I may not write"),
    "keeps_history_code": ("Code in history", "moderators see in /runs what ran"),
}
PAGE_HINT = "Go to another page"
MODE_HINT = "Which languages"
LANGUAGES_HINT = "Choose languages"
CHANNEL_MODE_HINT = "In which channels"
ROLE_MODE_HINT = "Who may run programs"
CHANNELS_HINT = "Choose channels"
ROLES_HINT = "Choose roles"
SWITCHES_HINT = "Choose what is on"
SCOPE_CHANNEL_HINT = "For which channel?"
SCOPE_ROLE_HINT = "For which role?"
LOG_CHANNEL_HINT = "Where changes are told"
TOO_MANY_HINT = "More than 25: change them in the file"

EVERYWHERE = "Everywhere"
FOR_A_CHANNEL = "For a channel…"
FOR_A_ROLE = "For a role…"
BACK, FORWARD = "◀", "▶"
EDIT_LIMITS = "Change limits"
EDIT_SIZES = "Size and file types"
EDIT_LANGUAGE = "Usual language"
EDIT_WELCOME = "Welcome message"
POST_WELCOME = "Post it here"
EXPORT = "Export"
IMPORT = "Edit as YAML"
RESET = "Reset everything"
CONFIRM = "Do it all the same"
CANCEL = "Leave it as it is"

LIMIT_FIELDS = {
    "limits.cooldown": (
        "Wait between two runs",
        "Such as 10s; the operator\u2019s wait holds in any case.",
    ),
    "limits.runs_per_hour_and_member": ("Runs per hour and member", "A number; empty is no limit."),
    "limits.runs_per_hour": ("Runs per hour on this server", "A number; empty is no limit."),
    "limits.keep_code_days": (
        "Days that code is kept for buttons",
        "0 to 30; empty is as the operator wants.",
    ),
}
SIZE_FIELDS = {
    "output.lines": ("Lines shown in a message", "3 to 40; the rest is attached."),
    "output.characters": ("Characters shown in a message", "500 to 4000; the rest is attached."),
    "output.file_types": ("Types of files that are attached", "Such as png, txt; empty is any."),
}
LANGUAGE_FIELDS = {
    "languages.default": (
        "Language of code that names none",
        "Such as python; empty: I look at the code.",
    ),
}
WELCOME_FIELDS = {
    "members.welcome": ("Welcome message", "It stands above /help; empty is none."),
}
IMPORT_FIELD = ("Settings", "A file that does not fit is refused whole.")


def unknown_language(typed: str, near: str) -> str:
    """Return that a language is unknown; both are harmless already."""
    meant = f" Did you mean {near}?" if near else ""
    return f"No language here is called {typed}.{meant} `/languages` lists them."


def confirm(reasons: Sequence[str]) -> str:
    """Return the question before a change that would lock moderators out."""
    listed = "\n".join(f"• {reason}" for reason in reasons)
    return (
        f"{listed}\n\nThe attached file is how the settings would be. `/settings` keeps working in"
        " any case."
    )


def log_lines(user_id: int, lines: Sequence[str]) -> str:
    """Return a change for the log channel; an embed pings nobody."""
    return "\n".join([f"<@{user_id}> changed:", *(f"• {line}" for line in lines)])


def log_failed(channel_id: int) -> str:
    """Return that the log channel cannot be written to."""
    return (
        f"⚠️ I could not write this into <#{channel_id}>: give me **View Channel** and **Send"
        " Messages** there, or choose another log channel."
    )


def audit_line(at: float, user_id: int, detail: str) -> str:
    """Return one change of the past."""
    return f"<t:{int(at)}:R> <@{user_id}>: {detail}"


def fact(what: str, value: str) -> str:
    """Return one line of the panel."""
    return f"**{what}** • {value}"


PAGE_LINES = {
    "languages": "Languages that members may use. A channel\u2019s list holds there in place of the"
    " general one, a role\u2019s list for its members; where both meet, both count.",
    "places": "Where programs run, and for whom. Threads follow their channel.",
    "limits": "What the operator set holds in any case.",
    "output": "Mentions never ping, and tokens and webhook addresses are always hidden.",
    "members": "What members meet.",
    "log": "Every change is kept, and told in the log channel if there is one.",
}
