"""The windows of ``/settings``: fields by their keys in the settings file."""

from collections.abc import Mapping
from typing import Any

import discord

from bot import settingtexts as texts
from bot import sizes
from bot.settings.file import to_yaml
from bot.settings.panel import Press, What, press_id, press_of
from bot.settings.shape import document_of
from bot.settings.values import WELCOME_UNITS, ServerSettings
from bot.speech import _

FILE_FIELD = "file"
# The longest that is set by a window: a welcome, and as many types of files as there can be.
_FIELD_UNITS = WELCOME_UNITS
_FIELDS = {
    What.EDIT_LIMITS: (texts.EDIT_LIMITS, texts.LIMIT_FIELDS),
    What.EDIT_SIZES: (texts.EDIT_SIZES, texts.SIZE_FIELDS),
    What.EDIT_LANGUAGE: (texts.EDIT_LANGUAGE, texts.LANGUAGE_FIELDS),
    What.EDIT_WELCOME: (texts.EDIT_WELCOME, texts.WELCOME_FIELDS),
}


def window_for(press: Press, settings: ServerSettings) -> discord.ui.Modal:
    """Return the window that a button opens, filled in; it can be submitted after a restart."""
    if press.what is What.IMPORT:
        window = discord.ui.Modal(title=texts.IMPORT, timeout=None)
        text = to_yaml(settings)
        shown = text if sizes.units(text) <= sizes.MODAL_TEXT_UNITS else ""
        window.add_item(_field(FILE_FIELD, *texts.IMPORT_FIELD, shown, is_long=True))
    else:
        title, fields = _FIELDS[press.what]
        window = discord.ui.Modal(title=_(title), timeout=None)
        for key, (label, hint) in fields.items():
            window.add_item(_field(key, label, hint, _shown(key, settings)))
    window.custom_id = press_id(press.spot, press.what, press.version)
    window.stop()  # discord.py keeps nothing of it; what was filled in comes as any interaction
    return window


def press_of_window(interaction: discord.Interaction[discord.Client]) -> Press | None:
    """Return what a submitted window is about; `None` if it is none of `window_for`."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return None
    data: dict[str, Any] = dict(interaction.data or {})
    return press_of(str(data.get("custom_id")))


def typed_values(typed: Mapping[str, str]) -> dict[str, object]:
    """Return what was typed into a window's fields as a settings file would have it."""
    return {key: _value(key, text.strip()) for key, text in typed.items()}


def _value(key: str, text: str) -> object:
    match key:
        case "output.file_types":
            return text.replace(",", " ").split() or "all"
        case "members.welcome":
            return text
        case "limits.cooldown":
            return text or "0s"
        case _:
            return (
                int(text) if text.isascii() and text.isdigit() and len(text) < 9 else text or None
            )


def _shown(key: str, settings: ServerSettings) -> str:
    section, name = key.split(".")
    value = document_of(settings)[section][name]
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None or value == "all" else str(value)


def _field(
    key: str, label: str, hint: str, filled: str, *, is_long: bool = False
) -> discord.ui.Label[Any]:
    is_text = key == "members.welcome"
    return discord.ui.Label(
        text=_(label),
        description=_(hint),
        component=discord.ui.TextInput(
            custom_id=key,
            default=filled or None,
            style=discord.TextStyle.long if is_long or is_text else discord.TextStyle.short,
            required=False,
            max_length=_longest(key),
        ),
    )


def _longest(key: str) -> int:
    return sizes.MODAL_TEXT_UNITS if key == FILE_FIELD else _FIELD_UNITS
