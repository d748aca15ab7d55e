"""Running the program in anybody's message, from its context menu: at once, or in an editor first."""

from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot import labels, sizes
from bot.cogs.commanding import Commanding
from bot.cogs.windows import WindowCog
from bot.fields import Fields, fields_of
from bot.inputs import read_written
from bot.models import ParseProblem
from bot.service import RunService
from bot.ui.interactions import Interaction, InteractionAnswer
from bot.ui.reading import MessageReader


class MenuCog(commands.Cog):
    """``Run code`` and ``Edit & run``. Discord hands over the message whole: no intent is needed.

    Args:
        bot: the client whose menus these become.
        service: knows the languages.
        commanding: answers commands.
        reader: reads messages.
        windows: opens the editor.
    """

    def __init__(
        self,
        bot: commands.Bot,
        service: RunService,
        commanding: Commanding,
        reader: MessageReader,
        windows: WindowCog,
    ) -> None:
        self._bot = bot
        self._service = service
        self._commanding = commanding
        self._reader = reader
        self._windows = windows

    async def cog_load(self) -> None:
        """Add the two menu commands."""
        for name, callback in ((labels.MENU_RUN, self.run), (labels.MENU_EDIT, self.edit)):
            self._bot.tree.add_command(
                app_commands.ContextMenu(
                    name=name,
                    callback=callback,
                    allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
                    allowed_contexts=app_commands.AppCommandContext(
                        guild=True, dm_channel=True, private_channel=True
                    ),
                )
            )

    async def run(self, interaction: Interaction, message: discord.Message) -> None:
        """Run what stands in ``message``."""
        answer = InteractionAnswer(interaction)
        with self._commanding.under_way(interaction) as asked:
            if message.attachments:
                await answer.accepted()  # the download may take longer than Discord waits
            written = await self._reader.read_quoted(message)
            await self._commanding.run(partial(read_written, written), answer, asked)

    async def edit(self, interaction: Interaction, message: discord.Message) -> None:
        """Open an editor with what stands in ``message``."""
        found = read_written(await self._reader.read_quoted(message), self._service.names)
        request = found.request if isinstance(found, ParseProblem) else found
        filled = fields_of(request) if request is not None else None
        if request is not None and filled is not None:
            await self._windows.open(interaction, filled, request=request)
        else:
            code = sizes.head(message.content, sizes.MODAL_TEXT_UNITS)
            await self._windows.open(interaction, Fields(code=code))
