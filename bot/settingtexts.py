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
