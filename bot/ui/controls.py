"""Buttons and menus below a reply. Their ids say everything, so they work after a restart too."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Self

import discord

from bot.models import Action, Button, Menu, Reply

_ID = r"cc:(?P<action>[a-z]+):(?P<owner>[0-9]+):(?P<argument>.*)"
_STYLES = {
    Action.STOP: discord.ButtonStyle.danger,
    Action.LANGUAGE: discord.ButtonStyle.primary,
    Action.TYPE: discord.ButtonStyle.primary,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What was pressed: what it does, whose it is, and on what."""

    action: Action
    owner_id: int
    argument: str


Pressed = Callable[[discord.Interaction[discord.Client], Control], Awaitable[None]]


def view_of(reply: Reply, owner_id: int) -> discord.ui.View | None:
    """Return the buttons and the menu of ``reply``; they belong to the member ``owner_id``."""
    if not reply.buttons and reply.menu is None:
        return None
    view = discord.ui.View(timeout=None)
    if reply.menu is not None:
        view.add_item(_select(reply.menu, owner_id))
    for button in reply.buttons:
        view.add_item(_button(button, owner_id))
    # A view that has ended is sent all the same, and discord.py keeps nothing of it in memory.
    view.stop()
    return view


def control_item(pressed: Pressed) -> type[discord.ui.DynamicItem[Any]]:
    """Return what a client needs to recognise our buttons and menus; it calls ``pressed``."""

    class ControlItem(discord.ui.DynamicItem[discord.ui.Item[Any]], template=_ID):
        def __init__(self, item: discord.ui.Item[Any], match: re.Match[str]) -> None:
            super().__init__(item)
            self._match = match

        @classmethod
        async def from_custom_id(
            cls,
            _: discord.Interaction[discord.Client],
            item: discord.ui.Item[Any],
            match: re.Match[str],
            /,
        ) -> Self:
            return cls(item, match)

        async def callback(self, interaction: discord.Interaction[discord.Client]) -> None:
            control = control_of(self._match[0])
            if control is None:
                return
            data: dict[str, Any] = dict(interaction.data or {})
            for chosen in data.get("values") or ():
                control = replace(control, argument=str(chosen))
            await pressed(interaction, control)

    return ControlItem


def custom_id(action: Action, owner_id: int, argument: str = "") -> str:
    """Return the id of a button, menu or window; `control_of` reads it."""
    return f"cc:{action}:{owner_id}:{argument}"


def control_of(found_id: str) -> Control | None:
    """Return what an id says; `None` if it is none of ours, or of another version's."""
    match = re.fullmatch(_ID, found_id)
    if match is None or match["action"] not in set(Action):
        return None
    return Control(
        action=Action(match["action"]), owner_id=int(match["owner"]), argument=match["argument"]
    )


def _button(button: Button, owner_id: int) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(
        style=_STYLES.get(button.action, discord.ButtonStyle.secondary),
        label=button.label,
        emoji=button.emoji or None,
        custom_id=custom_id(button.action, owner_id, button.argument),
    )


def _select(menu: Menu, owner_id: int) -> discord.ui.Select[discord.ui.View]:
    return discord.ui.Select(
        custom_id=custom_id(Action.LANGUAGE, owner_id),
        placeholder=menu.hint,
        options=[
            discord.SelectOption(value=choice.value, label=choice.label, default=choice.is_current)
            for choice in menu.choices
        ],
    )
