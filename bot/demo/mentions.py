"""Whom a text mentions, and whom it would notify (docs: resources/message, allowed mentions)."""

import re
from dataclasses import dataclass

from bot.demo.permissions import Permission, permissions_in
from bot.demo.state import Channel, Json, User

_CODE = re.compile(r"(`{3,}).*?\1|(`{1,2}).*?\2", re.DOTALL)
_USER = re.compile(r"<@!?(\d{15,20})>")
_ROLE = re.compile(r"<@&(\d{15,20})>")
_EVERYONE = re.compile(r"@(?:everyone|here)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """What a text mentions once allowed_mentions has been honoured; ids."""

    user_ids: tuple[int, ...] = ()
    role_ids: tuple[int, ...] = ()
    everyone: bool = False
    replied_user: bool = False


def find_mentions(
    content: str, channel: Channel, author: User, allowed: Json | None, *, interaction: bool = False
) -> Mentions:
    """Return the mentions in ``content`` that count.

    Mentions inside code never do. Without ``allowed`` an ordinary message parses everything and an
    interaction's response users only. ``replied_user`` says whether an answer pings its addressee.
    """
    text = _CODE.sub(" ", content)
    if allowed is None:
        parse = {"users"} if interaction else {"users", "roles", "everyone"}
        replied = not interaction
    else:
        parse = set(allowed.get("parse") or ())
        replied = bool(allowed.get("replied_user", False))
    present = _members(channel)
    users = [int(found) for found in _USER.findall(text) if int(found) in present]
    roles = [] if channel.guild is None else [int(found) for found in _ROLE.findall(text)]
    may_everyone = bool(permissions_in(channel, author) & Permission.MENTION_EVERYONE)
    return Mentions(
        user_ids=_permitted(users, "users", parse, allowed),
        role_ids=_permitted(roles, "roles", parse, allowed) if may_everyone else (),
        everyone=bool(_EVERYONE.search(text)) and "everyone" in parse and may_everyone,
        replied_user=replied,
    )


def _permitted(ids: list[int], kind: str, parse: set[str], allowed: Json | None) -> tuple[int, ...]:
    if kind not in parse:
        listed = {int(one) for one in (allowed or {}).get(kind) or ()}
        ids = [one for one in ids if one in listed]
    return tuple(dict.fromkeys(ids))


def _members(channel: Channel) -> set[int]:
    if channel.guild is None:
        return {user.id for user in channel.recipients}
    return set(channel.guild.members)


def pinged_users(mentions: Mentions, channel: Channel, replied_to: User | None) -> frozenset[int]:
    """Return the ids of everybody whom a message with these mentions would notify."""
    pinged = set(mentions.user_ids)
    if mentions.replied_user and replied_to is not None:
        pinged.add(replied_to.id)
    if channel.guild is not None:
        for member in channel.guild.members.values():
            if mentions.everyone or any(role.id in mentions.role_ids for role in member.roles):
                pinged.add(member.user.id)
    return frozenset(pinged)
