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
