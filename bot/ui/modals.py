"""Windows in which members type."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import discord

from bot import labels, sizes, texts
from bot.fields import Fields

# As long as Discord keeps the window's interaction alive.
_TIMEOUT_SECONDS = 15 * 60

Submit = Callable[[discord.Interaction[discord.Client], Fields], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """Standard input as somebody typed it. ``is_ticked`` is the window's one box."""

    text: str
    is_ticked: bool


SubmitTyped = Callable[[discord.Interaction[discord.Client], Typed], Awaitable[None]]


class EditorModal(discord.ui.Modal):
    """An editor for a program: language, code, standard input and arguments.

    Args:
        submit: is called with what was filled in.
        filled: what stands in the fields at first.
    """

    def __init__(self, submit: Submit, filled: Fields) -> None:
        # Without an id of ours each window gets its own: two open ones never meet.
        super().__init__(title=texts.EDITOR_TITLE, timeout=_TIMEOUT_SECONDS)
        self._submit = submit
        self._language = _field("language", filled.language, max_length=64)
        self._code = _field("code", filled.code, is_long=True, is_required=True)
        self._stdin = _field("stdin", filled.stdin, is_long=True)
        self._args = _field("args", filled.args, is_long=True, max_length=1000)
        self.add_item(_labelled(self._language, texts.EDITOR_LANGUAGE, texts.EDITOR_LANGUAGE_HINT))
        self.add_item(_labelled(self._code, texts.EDITOR_CODE))
        self.add_item(_labelled(self._stdin, texts.EDITOR_STDIN))
        self.add_item(_labelled(self._args, texts.EDITOR_ARGS, texts.EDITOR_ARGS_HINT))

    async def on_submit(self, interaction: discord.Interaction[discord.Client], /) -> None:
        """Pass on what was filled in."""
        fields = Fields(
            language=self._language.value,
            code=self._code.value,
            stdin=self._stdin.value,
            args=self._args.value,
        )
        await self._submit(interaction, fields)


class TypingModal(discord.ui.Modal):
    """A window for standard input, with one box to tick.

    Args:
        submit: is called with what was filled in.
        title: the window's title.
        label: what is to be typed.
        box: what ticking the box does, and in more words.
        filled: what stands there at first.
    """

    def __init__(
        self,
        submit: SubmitTyped,
        *,
        title: str,
        label: str,
        box: tuple[str, str],
        filled: str = "",
    ) -> None:
        super().__init__(title=title, timeout=_TIMEOUT_SECONDS)
        self._submit = submit
        self._text = _field("text", filled, is_long=True)
        self._box: discord.ui.Checkbox[TypingModal] = discord.ui.Checkbox(custom_id="box")
        self.add_item(_labelled(self._text, label))
        self.add_item(_labelled(self._box, *box))

    async def on_submit(self, interaction: discord.Interaction[discord.Client], /) -> None:
        """Pass on what was typed."""
        await self._submit(interaction, Typed(text=self._text.value, is_ticked=self._box.value))


def input_modal(submit: SubmitTyped, filled: str) -> TypingModal:
    """Return the window for running a program again with other standard input."""
    return TypingModal(
        submit,
        title=labels.INPUT_TITLE,
        label=labels.INPUT_TEXT,
        box=(labels.INPUT_LIVE, labels.INPUT_LIVE_HINT),
        filled=filled,
    )


def live_modal(submit: SubmitTyped) -> TypingModal:
    """Return the window for typing to a running program."""
    return TypingModal(
        submit,
        title=labels.TYPE_TITLE,
        label=labels.TYPE_TEXT,
        box=(labels.TYPE_END, labels.TYPE_END_HINT),
    )


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
