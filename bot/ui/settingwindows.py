"""The windows of ``/settings``: fields by their keys in the settings file."""

import hashlib
from collections.abc import Mapping
from typing import Any

import discord

from bot import settingtexts as texts
from bot import sizes
from bot.settings.panel import Press, What, press_id, press_of
from bot.settings.shape import document_of
from bot.settings.values import WELCOME_UNITS, ServerSettings
from bot.speech import _

_FILE_FIELD = "file"
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
    title, fields = _FIELDS[press.what]
    window = discord.ui.Modal(title=_(title), timeout=None)
    for key, (label, hint) in fields.items():
        window.add_item(_field(key, label, hint, _shown(key, settings)))
    return _lasting(window, press, None)


def text_window(press: Press, text: str, version: int) -> discord.ui.Modal:
    """Return the window with all settings as text, which belong to that version of them."""
    window = discord.ui.Modal(title=texts.IMPORT, timeout=None)
    window.add_item(_field(_FILE_FIELD, *texts.IMPORT_FIELD, text, is_long=True))
    return _lasting(window, press, version)


def fits_into_a_window(text: str) -> bool:
    """Return whether all settings as text can be changed in a window."""
    return sizes.units(text) <= sizes.MODAL_TEXT_UNITS


def _lasting(window: discord.ui.Modal, press: Press, version: int | None) -> discord.ui.Modal:
    window.custom_id = press_id(press.spot, press.what, version)
    window.stop()  # discord.py keeps nothing of it; what was filled in comes as any interaction
    return window


def press_of_window(interaction: discord.Interaction[discord.Client]) -> Press | None:
    """Return what a submitted window is about; `None` if it is none of `window_for`."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return None
    data: dict[str, Any] = dict(interaction.data or {})
    return press_of(str(data.get("custom_id")))


def text_of_window(typed: Mapping[str, str]) -> str:
    """Return what stands in the one field of a `text_window`."""
    return next((text for name, text in typed.items() if name.startswith(_FILE_FIELD)), "")


def typed_values(typed: Mapping[str, str]) -> dict[str, object]:
    """Return what was changed in a window's fields, as a settings file would have it.

    What stands in a field as it was shown is left out: somebody else may have changed it since.
    """
    changed: dict[str, object] = {}
    for name, text in typed.items():
        key, _colon, shown = name.partition(":")
        if _digest(text) != shown:
            changed[key] = _value(key, text.strip())
    return changed


def _digest(text: str) -> str:
    """Return what a field's text goes by in its id: a window is sent back without what it showed."""
    lines = "\n".join(text.strip().splitlines())
    return hashlib.blake2s(lines.encode("utf-8", "replace"), digest_size=8).hexdigest()


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
            custom_id=f"{key}:{_digest(filled)}",
            default=filled or None,
            style=discord.TextStyle.long if is_long or is_text else discord.TextStyle.short,
            required=False,
            max_length=_longest(key),
        ),
    )


def _longest(key: str) -> int:
    return sizes.MODAL_TEXT_UNITS if key == _FILE_FIELD else _FIELD_UNITS
