"""Buttons and menus below a reply. Their ids say everything, so they work after a restart too."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import discord

from bot.models import Action, Button, Menu, Reply
from bot.ui.lasting import lasting_item

_ID = r"cc:(?P<action>[a-z]+):(?P<owner>[0-9]+):(?P<argument>.*)"
_EDITOR_ID = r"cw:(?P<owner>[0-9]+):(?P<flags>p?i?):(?P<draft>[0-9]*)"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorState:
    """What an editor that no button opened must know when it is submitted.

    ``draft_id`` is under what the program is kept that it was filled with, if it cannot show all.
    """

    owner_id: int
    is_private: bool = False
    is_interactive: bool = False
    draft_id: int | None = None


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

    async def used(
        interaction: discord.Interaction[discord.Client], found_id: str, chosen: list[str]
    ) -> None:
        control = control_of(found_id)
        if control is not None:
            await pressed(interaction, replace(control, argument=chosen[-1]) if chosen else control)

    return lasting_item(_ID, used)


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


def editor_id(state: EditorState) -> str:
    """Return the id of an editor; `editor_of` reads it."""
    flags = f"{'p' if state.is_private else ''}{'i' if state.is_interactive else ''}"
    return f"cw:{state.owner_id}:{flags}:{state.draft_id or ''}"


def editor_of(found_id: str) -> EditorState | None:
    """Return what an editor's id says; `None` if it is none of `editor_id`."""
    match = re.fullmatch(_EDITOR_ID, found_id)
    if match is None:
        return None
    return EditorState(
        owner_id=int(match["owner"]),
        is_private="p" in match["flags"],
        is_interactive="i" in match["flags"],
        draft_id=int(match["draft"]) if match["draft"] else None,
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


def stops_something(message: discord.Message) -> bool:
    """Return whether there is a button below ``message`` that stops what it tells of."""
    found = (
        control_of(child.custom_id or "")
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for child in row.children
        if isinstance(child, discord.Button)
    )
    return any(control is not None and control.action is Action.STOP for control in found)
