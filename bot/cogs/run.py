"""Running programs: by mention, by prefix, in a direct message, by slash command and in the editor."""

from collections.abc import Sequence
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot import sizes, texts
from bot.cogs.errors import logged
from bot.fields import Fields
from bot.guide import help_reply
from bot.history import History
from bot.models import Reply
from bot.parsing import strip_mention, strip_prefix
from bot.policy import SOURCE_BYTES
from bot.rendering import refuse
from bot.service import RunService
from bot.tasks import Tasks
from bot.ui.answers import DISCORD_FAILURES, InteractionAnswer, MessageAnswer
from bot.ui.convert import caller_of, read_attachment
from bot.ui.modals import EditorModal


class RunCog(commands.Cog):
    """Reads messages and ``/run``; every one gets exactly one answer.

    Args:
        bot: the connected client.
        service: answers requests.
        history: which messages were answered.
        tasks: owns the answers under way, so that a stop can wait for them.
        prefixes: words that begin a message to the bot.
    """

    def __init__(
        self,
        bot: commands.Bot,
        service: RunService,
        *,
        history: History,
        tasks: Tasks,
        prefixes: Sequence[str],
    ) -> None:
        self._bot = bot
        self._service = service
        self._history = history
        self._tasks = tasks
        self._prefixes = tuple(prefixes)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that is meant for the bot."""
        text = self._text_for_us(message)
        if text is not None and self._history.claim(message.id):
            self._tasks.spawn(self._answer(message, text), name=f"message {message.id}")

    def _text_for_us(self, message: discord.Message) -> str | None:
        """Return what the message says to the bot; `None` if it is not for the bot."""
        if message.author.bot or message.webhook_id is not None or self._bot.user is None:
            return None
        mentioned = strip_mention(message.content, self._bot.user.id)
        text = message.content if mentioned is None else mentioned
        prefixed = strip_prefix(text, self._prefixes)
        if prefixed is not None:
            return prefixed
        return text if mentioned is not None or message.guild is None else None

    async def _answer(self, message: discord.Message, text: str) -> None:
        answer = MessageAnswer(message)
        try:
            reply = await self._reply_to(message, text, answer)
        except Exception as error:  # noqa: BLE001 - the border to Discord: logged, never silence
            reply = logged(error, f"message {message.id}")
        await answer.finish(reply)

    async def _reply_to(self, message: discord.Message, text: str, answer: MessageAnswer) -> Reply:
        if text.strip():
            return await self._service.run_text(text, caller_of(message), watcher=answer)
        mention = self._bot.user.mention if self._bot.user else ""
        return help_reply(self._service.names, mention=mention, prefixes=self._prefixes)

    @app_commands.command(name="run", description=texts.RUN_DESCRIPTION)
    @app_commands.describe(
        language=texts.OPTION_LANGUAGE,
        code=texts.OPTION_CODE,
        stdin=texts.OPTION_STDIN,
        args=texts.OPTION_ARGS,
        file=texts.OPTION_FILE,
        private=texts.OPTION_PRIVATE,
    )
    async def run(
        self,
        interaction: discord.Interaction[discord.Client],
        *,
        language: str = "",
        code: str = "",
        stdin: str = "",
        args: str = "",
        file: discord.Attachment | None = None,
        private: bool = False,
    ) -> None:
        """Run code or a file; without both, open an editor."""
        fields = Fields(language=language, code=code, stdin=stdin, args=args)
        if file is not None:
            await self._run_with_file(interaction, fields, file, is_private=private)
        elif code.strip():
            await self._run_fields(InteractionAnswer(interaction, is_private=private), fields)
        else:
            await self._open_editor(interaction, fields, is_private=private)

    async def _run_fields(self, answer: InteractionAnswer, fields: Fields) -> None:
        async def work() -> None:
            caller = caller_of(answer.interaction)
            await answer.finish(await self._service.run_fields(fields, caller, watcher=answer))

        await self._tasks.spawn(work(), name=f"interaction {answer.interaction.id}")

    async def _run_with_file(
        self,
        interaction: discord.Interaction[discord.Client],
        fields: Fields,
        attachment: discord.Attachment,
        *,
        is_private: bool,
    ) -> None:
        answer = InteractionAnswer(interaction, is_private=is_private)
        if attachment.size > SOURCE_BYTES:
            await answer.finish(refuse(texts.file_too_large(attachment.size, SOURCE_BYTES)))
            return
        await answer.accepted()  # the download may take longer than Discord waits
        try:
            file = await read_attachment(attachment)
        except DISCORD_FAILURES:
            await answer.finish(refuse(texts.FILE_UNREADABLE))
            return
        await self._run_fields(answer, replace(fields, file=file))

    async def _open_editor(
        self,
        interaction: discord.Interaction[discord.Client],
        fields: Fields,
        *,
        is_private: bool,
    ) -> None:
        async def submit(submitted: discord.Interaction[discord.Client], filled: Fields) -> None:
            answer = InteractionAnswer(submitted, is_private=is_private)
            await self._run_fields(answer, filled)

        await interaction.response.send_modal(EditorModal(submit, fields))

    @run.autocomplete("language")
    async def _complete_language(
        self, _: discord.Interaction[discord.Client], typed: str
    ) -> list[app_commands.Choice[str]]:
        names = self._service.complete(typed)[: sizes.CHOICES]
        return [app_commands.Choice(name=name, value=name) for name in names]
