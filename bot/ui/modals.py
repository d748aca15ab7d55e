"""Windows in which members type."""

from collections.abc import Awaitable, Callable

import discord

from bot import sizes, texts
from bot.fields import Fields

# As long as Discord keeps the window's interaction alive.
_TIMEOUT_SECONDS = 15 * 60

Submit = Callable[[discord.Interaction[discord.Client], Fields], Awaitable[None]]


class EditorModal(discord.ui.Modal):
    """An editor for a program: language, code, standard input and arguments.

    Args:
        submit: is called with what was filled in.
        filled: what stands in the fields at first.
    """

    def __init__(self, submit: Submit, filled: Fields) -> None:
        super().__init__(
            title=texts.EDITOR_TITLE, timeout=_TIMEOUT_SECONDS, custom_id="codecage:editor"
        )
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


def _field(
    name: str,
    filled: str,
    *,
    is_long: bool = False,
    is_required: bool = False,
    max_length: int = sizes.MODAL_TEXT_UNITS,
) -> discord.ui.TextInput[EditorModal]:
    return discord.ui.TextInput(
        custom_id=name,
        default=sizes.head(filled, max_length) or None,
        style=discord.TextStyle.long if is_long else discord.TextStyle.short,
        required=is_required,
        max_length=max_length,
    )


def _labelled(
    field: discord.ui.TextInput[EditorModal], text: str, hint: str | None = None
) -> discord.ui.Label[EditorModal]:
    return discord.ui.Label(text=text, description=hint, component=field)
