"""The button that leads to the next page of a list. Its id says everything, so it outlives a restart."""

import re
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

import discord

from bot import listtexts
from bot.listings import Listed, Listing, Page
from bot.store import BlockKey
from bot.ui.lasting import Interaction, lasting_item
from bot.ui.private import tell_privately

_TIME = r"[0-9]{1,12}(?:\.[0-9]{1,9})?"
_ID = (
    r"cp:%s:(?P<listed>[a-z]+):(?P<before>[0-9]{0,19}):(?P<after>(?:" + _TIME + r",[0-9]{1,19}"
    r",[0-9]{1,19})?):(?P<user>[0-9]{0,19}):(?P<language>[^:]{0,60})"
)
_NO_NUMBER = 1 << 63  # the store's numbers and Discord's ids end below


class Whose(StrEnum):
    """Who may turn the pages of a list."""

    MODERATORS = "m"
    OWNER = "o"


Turned = Callable[[Interaction, Page], Awaitable[None]]


def page_id(whose: Whose, page: Page) -> str:
    """Return the id of a button; `page_of` reads it."""
    after = f"{page.after.at!r},{page.after.user_id},{page.after.guild_id}" if page.after else ""
    before = "" if page.before is None else page.before
    return f"cp:{whose}:{page.listed}:{before}:{after}:{page.user_id or ''}:{page.language or ''}"


def page_of(whose: Whose, found_id: str) -> Page | None:
    """Return what an id says; `None` if it is none of `page_id`."""
    match = re.fullmatch(_ID % whose, found_id)
    if match is None or match["listed"] not in set(Listed):
        return None
    at, *ids = match["after"].split(",")
    numbers = [int(text or "0") for text in (match["before"], match["user"], *ids)]
    if max(numbers) >= _NO_NUMBER:
        return None
    before, user_id, *key = numbers
    return Page(
        listed=Listed(match["listed"]),
        before=before if match["before"] else None,
        after=BlockKey(float(at), *key) if at else None,
        user_id=user_id or None,
        language=match["language"] or None,
    )


def page_item(whose: Whose, turned: Turned) -> type[discord.ui.DynamicItem[Any]]:
    """Return what a client needs to recognise the buttons of ``whose`` lists; it calls ``turned``."""

    async def used(interaction: Interaction, found_id: str, _chosen: list[str]) -> None:
        page = page_of(whose, found_id)
        if page is not None:
            await turned(interaction, page)

    return lasting_item(_ID % whose, used)


async def show_listing(interaction: Interaction, whose: Whose, listing: Listing) -> None:
    """Show a page to who caused the interaction alone, with the button to the next one."""
    view = None
    if listing.older is not None:
        view = discord.ui.View(timeout=None)
        older_id = page_id(whose, listing.older)
        view.add_item(discord.ui.Button(label=listtexts.OLDER, custom_id=older_id))
        view.stop()  # it is sent all the same, and discord.py keeps nothing of it in memory
    await tell_privately(interaction, listing.reply, listing.reply.files, view=view)
