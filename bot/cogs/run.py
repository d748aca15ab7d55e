"""Running programs by ``/run``: with options, with a file, or in the editor window."""

from dataclasses import replace
from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot import labels, sizes, texts
from bot.cogs.commanding import Commanding
from bot.cogs.windows import WindowCog
from bot.fields import Fields, read_fields
from bot.jobs import UnderWay
from bot.languages import with_example
from bot.rendering import refuse
from bot.service import RunService
from bot.ui.convert import caller_of
from bot.ui.interactions import Interaction, InteractionAnswer
from bot.ui.reading import UnreadableError, check_attachments, read_attachments


class RunCog(commands.Cog):
    """``/run``.

    Args:
        service: knows the languages.
        commanding: answers commands.
        windows: opens the editor.
    """

    def __init__(self, service: RunService, commanding: Commanding, windows: WindowCog) -> None:
        self._service = service
        self._commanding = commanding
        self._windows = windows

    @app_commands.command(name="run", description=texts.RUN_DESCRIPTION)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.describe(
        language=texts.OPTION_LANGUAGE,
        code=texts.OPTION_CODE,
        stdin=texts.OPTION_STDIN,
        args=texts.OPTION_ARGS,
        file=texts.OPTION_FILE,
        file2=labels.OPTION_MORE_FILE,
        file3=labels.OPTION_MORE_FILE,
        private=texts.OPTION_PRIVATE,
        interactive=labels.OPTION_INTERACTIVE,
    )
    async def run(
        self,
        interaction: Interaction,
        *,
        language: str = "",
        code: str = "",
        stdin: str = "",
        args: str = "",
        file: discord.Attachment | None = None,
        file2: discord.Attachment | None = None,
        file3: discord.Attachment | None = None,
        private: bool = False,
        interactive: bool = False,
    ) -> None:
        """Run code or a file; without both, open an editor."""
        fields = Fields(
            language=language, code=code, stdin=stdin, args=args, interactive=interactive
        )
        attached = [one for one in (file, file2, file3) if one is not None]
        if attached:
            with self._commanding.under_way(interaction) as asked:
                answer = InteractionAnswer(interaction, is_private=private)
                await self._run_with_files(answer, fields, attached, asked)
        elif code.strip():
            with self._commanding.under_way(interaction) as asked:
                answer = InteractionAnswer(interaction, is_private=private)
                await self._commanding.run(partial(read_fields, fields), answer, asked)
        else:
            await self._windows.open(interaction, fields, is_private=private)

    async def _run_with_files(
        self,
        answer: InteractionAnswer,
        fields: Fields,
        attached: list[discord.Attachment],
        asked: UnderWay,
    ) -> None:
        try:
            check_attachments(attached)  # at once, so that a refusal can be private
            await answer.accepted()  # the download may take longer than Discord waits
            file, *more = await read_attachments(attached)
        except UnreadableError as problem:
            answer.may_write_directly = await self._service.answers_directly(asked.caller)
            await answer.finish(refuse(with_example(str(problem), self._service.names)))
            return
        fields = replace(fields, file=file, more_files=tuple(more))
        await self._commanding.run(partial(read_fields, fields), answer, asked)

    @run.autocomplete("language")
    async def _complete_language(
        self, interaction: Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        found = await self._service.complete(typed, caller_of(interaction))
        names = found[: sizes.CHOICES]
        return [app_commands.Choice(name=name, value=name) for name in names]
