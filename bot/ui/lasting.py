"""Buttons and menus whose ids say everything, so that they work after a restart too."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Self

import discord

from bot.speech import speak

Interaction = discord.Interaction[discord.Client]
# Is called with the press, the id, and what was chosen in a menu.
Used = Callable[[Interaction, str, list[str]], Awaitable[None]]


def lasting_item(template: str, used: Used) -> type[discord.ui.DynamicItem[Any]]:
    """Return what a client needs to recognise all items whose ids match ``template``."""

    class LastingItem(discord.ui.DynamicItem[discord.ui.Item[Any]], template=template):
        def __init__(self, item: discord.ui.Item[Any], found_id: str) -> None:
            super().__init__(item)
            self._found_id = found_id

        @classmethod
        async def from_custom_id(
            cls,
            _interaction: Interaction,
            item: discord.ui.Item[Any],
            match: re.Match[str],
            /,
        ) -> Self:
            return cls(item, match[0])

        async def callback(self, interaction: Interaction) -> None:
            speak(str(interaction.locale))
            data: dict[str, Any] = dict(interaction.data or {})
            await used(interaction, self._found_id, [str(one) for one in data.get("values") or ()])

    return LastingItem
