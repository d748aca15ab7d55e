"""The editor windows that commands and menus open. What they need stands in their id or in the store."""

import logging
from dataclasses import replace
from functools import partial

import discord
from discord.ext import commands

from bot import labels
from bot.cogs.commanding import Commanding
from bot.cogs.errors import logged
from bot.errors import StoreError
from bot.fields import Fields, read_edited, read_fields, shows_whole
from bot.languages import with_example
from bot.models import RunRequest
from bot.records import Records
from bot.rendering import refuse
from bot.service import Read, RunService
from bot.store import Record
from bot.ui.controls import EditorState, editor_id, editor_of
from bot.ui.convert import caller_of
from bot.ui.interactions import Interaction, InteractionAnswer
from bot.ui.modals import EditorWindow, filled_in, id_of_window, with_id

log = logging.getLogger(__name__)


class _NotKeptError(Exception):
    """What the window did not show is not known any more."""


class WindowCog(commands.Cog):
    """Opens editors, and runs what was filled in, also when the bot was restarted meanwhile.

    Args:
        service: knows the languages.
        commanding: answers what was filled in.
        records: keep what of a program its window cannot show.
    """

    def __init__(self, service: RunService, commanding: Commanding, records: Records) -> None:
        self._service = service
        self._commanding = commanding
        self._records = records

    async def open(
        self,
        interaction: Interaction,
        filled: Fields,
        *,
        request: RunRequest | None = None,
        is_private: bool = False,
    ) -> None:
        """Show an editor to who caused ``interaction``; it must be the first answer to it.

        Args:
            interaction: the command or menu.
            filled: what stands in the fields at first.
            request: the program that these fields are of, if there is one already.
            is_private: whether the answer is for the asker alone.
        """
        state = EditorState(
            owner_id=interaction.user.id, is_private=is_private, is_interactive=filled.interactive
        )
        if request is not None and not shows_whole(filled, request, self._service.names):
            state = replace(state, draft_id=interaction.id)
            await self._records.keep(
                Record(
                    reply_id=interaction.id,
                    channel_id=interaction.channel_id or 0,
                    user_id=interaction.user.id,
                    guild_id=caller_of(interaction).kept_guild_id,
                    request=request,
                )
            )
        await interaction.response.send_modal(with_id(EditorWindow(filled), editor_id(state)))

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Run what was filled in."""
        state = editor_of(id_of_window(interaction))
        if state is None or state.owner_id != interaction.user.id:
            return
        answer = InteractionAnswer(interaction, is_private=state.is_private)
        try:
            with self._commanding.under_way(interaction) as asked:
                await self._commanding.run(await self._read(interaction, state), answer, asked)
            if state.draft_id is not None:
                await self._records.remove(state.draft_id)  # it stands with the answer from here on
        except (_NotKeptError, StoreError) as error:
            log.info("window of interaction %d: %s", interaction.id, type(error).__name__)
            await answer.finish(refuse(with_example(labels.FILES_NOT_KEPT, self._service.names)))
        except Exception as error:  # noqa: BLE001 - the border to Discord: logged, never silence
            await answer.finish(logged(error, "window"))

    async def _read(
        self, interaction: discord.Interaction[discord.Client], state: EditorState
    ) -> Read:
        fields = replace(Fields(**filled_in(interaction)), interactive=state.is_interactive)
        if state.draft_id is None:
            return partial(read_fields, fields)
        record = await self._records.by_reply(state.draft_id)
        is_theirs = record is not None and record.user_id == interaction.user.id
        if record is None or record.request is None or not is_theirs:  # an id can be made up
            raise _NotKeptError
        return partial(read_edited, record.request, fields)
