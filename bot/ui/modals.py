"""Windows in which members type."""

from typing import Any

import discord

from bot import labels, sizes, texts
from bot.fields import Fields
from bot.ui.controls import Control, control_of, custom_id

# As long as Discord keeps the window's interaction alive.
_TIMEOUT_SECONDS = 15 * 60


class EditorWindow(discord.ui.Modal):
    """An editor for a program: language, code, standard input and arguments.

    Args:
        filled: what stands in the fields at first.
    """

    def __init__(self, filled: Fields) -> None:
        super().__init__(title=texts.EDITOR_TITLE, timeout=_TIMEOUT_SECONDS)
        self._language = _field("language", filled.language, max_length=64)
        self._code = _field("code", filled.code, is_long=True, is_required=True)
        self._stdin = _field("stdin", filled.stdin, is_long=True)
        self._args = _field("args", filled.args, is_long=True, max_length=1000)
        self.add_item(_labelled(self._language, texts.EDITOR_LANGUAGE, texts.EDITOR_LANGUAGE_HINT))
        self.add_item(_labelled(self._code, texts.EDITOR_CODE))
        self.add_item(_labelled(self._stdin, texts.EDITOR_STDIN))
        self.add_item(_labelled(self._args, texts.EDITOR_ARGS, texts.EDITOR_ARGS_HINT))


class TypingWindow(discord.ui.Modal):
    """A window for standard input, with one box to tick.

    Args:
        title: the window's title.
        label: what is to be typed.
        box: what ticking the box does, and in more words.
        filled: what stands there at first.
    """

    def __init__(self, *, title: str, label: str, box: tuple[str, str], filled: str = "") -> None:
        super().__init__(title=title, timeout=_TIMEOUT_SECONDS)
        self.add_item(_labelled(_field("text", filled, is_long=True), label))
        self.add_item(_labelled(discord.ui.Checkbox(custom_id="box"), *box))


def input_window(filled: str) -> TypingWindow:
    """Return the window for running a program again with other standard input."""
    return TypingWindow(
        title=labels.INPUT_TITLE,
        label=labels.INPUT_TEXT,
        box=(labels.INPUT_LIVE, labels.INPUT_LIVE_HINT),
        filled=filled,
    )


def live_window() -> TypingWindow:
    """Return the window for typing to a running program."""
    return TypingWindow(
        title=labels.TYPE_TITLE,
        label=labels.TYPE_TEXT,
        box=(labels.TYPE_END, labels.TYPE_END_HINT),
    )


def of_control(window: discord.ui.Modal, control: Control) -> discord.ui.Modal:
    """Return ``window`` with an id that says what the button does that opened it."""
    return with_id(window, custom_id(control.action, control.owner_id, control.argument))


def with_id(window: discord.ui.Modal, window_id: str) -> discord.ui.Modal:
    """Return ``window`` with an id that says all about it: it can be submitted after a restart.

    discord.py keeps nothing of it; what was filled in comes as an interaction like any other.
    """
    window.custom_id = window_id
    window.stop()
    return window


def id_of_window(interaction: discord.Interaction[discord.Client]) -> str:
    """Return the id of the window that was submitted; nothing if this is no such interaction."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return ""
    data: dict[str, Any] = dict(interaction.data or {})
    return str(data.get("custom_id"))


def control_of_window(interaction: discord.Interaction[discord.Client]) -> Control | None:
    """Return what a submitted window is about; `None` if it is none of `of_control`."""
    return control_of(id_of_window(interaction))


def filled_in(interaction: discord.Interaction[discord.Client]) -> dict[str, Any]:
    """Return what stands in a submitted window, by the fields' names."""
    data: dict[str, Any] = dict(interaction.data or {})
    fields = [outer.get("component") or {} for outer in data.get("components") or ()]
    return {field["custom_id"]: field.get("value") for field in fields if "custom_id" in field}


def _field(
    name: str,
    filled: str,
    *,
    is_long: bool = False,
    is_required: bool = False,
    max_length: int = sizes.MODAL_TEXT_UNITS,
) -> discord.ui.TextInput[Any]:
    return discord.ui.TextInput(
        custom_id=name,
        default=sizes.head(filled, max_length) or None,
        style=discord.TextStyle.long if is_long else discord.TextStyle.short,
        required=is_required,
        max_length=max_length,
    )


def _labelled(
    field: discord.ui.Item[Any], text: str, hint: str | None = None
) -> discord.ui.Label[Any]:
    return discord.ui.Label(text=text, description=hint, component=field)
