"""The button that leads to the next page of ``/runs``. Its id says everything, so it outlives a restart."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import discord

from bot import moderationtexts
from bot.ui.lasting import lasting_item

_ID = r"cr:(?P<before>[0-9]+):(?P<user>[0-9]*):(?P<language>[^:]{0,60})"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsPage:
    """What is shown: runs older than ``before``, of one member or all, in one language or all."""

    before: int
    user_id: int | None = None
    language: str | None = None


def page_id(page: RunsPage) -> str:
    """Return the id of a button; `page_of` reads it."""
    return f"cr:{page.before}:{page.user_id or ''}:{page.language or ''}"


def page_of(found_id: str) -> RunsPage | None:
    """Return what an id says; `None` if it is none of `page_id`."""
    match = re.fullmatch(_ID, found_id)
    if match is None:
        return None
    return RunsPage(
        before=int(match["before"]),
        user_id=int(match["user"]) if match["user"] else None,
        language=match["language"] or None,
    )


def older_button(page: RunsPage) -> discord.ui.View:
    """Return the button to ``page``."""
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label=moderationtexts.OLDER, custom_id=page_id(page)))
    view.stop()  # it is sent all the same, and discord.py keeps nothing of it in memory
    return view


Turned = Callable[[discord.Interaction[discord.Client], RunsPage], Awaitable[None]]


def page_item(turned: Turned) -> type[discord.ui.DynamicItem[Any]]:
    """Return what a client needs to recognise the button; it calls ``turned``."""

    async def used(
        interaction: discord.Interaction[discord.Client], found_id: str, _chosen: list[str]
    ) -> None:
        page = page_of(found_id)
        if page is not None:
            await turned(interaction, page)

    return lasting_item(_ID, used)
