"""The buttons and menus below the bot's replies, also below those from before a restart."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import Any

import discord
from discord.ext import commands

from bot import endings, labels, texts
from bot.cogs.errors import logged
from bot.cogs.programs import NoProgramError, NotPossibleError, Programs
from bot.controls import after_end, after_loss
from bot.desk import Desk, Subject
from bot.errors import StoreError
from bot.fields import Fields, fields_of, read_edited, with_stdin
from bot.inputs import as_language
from bot.jobs import UnderWay
from bot.languages import LanguageNames, example
from bot.models import Action, ParseProblem, RunRequest, Tone
from bot.records import Records
from bot.rendering import say
from bot.service import Read, RunService
from bot.store import Record
from bot.tasks import Tasks
from bot.ui.answers import DISCORD_FAILURES
from bot.ui.controls import Control, control_item
from bot.ui.convert import caller_of
from bot.ui.interactions import (
    ButtonAnswer,
    Interaction,
    acknowledge,
)
from bot.ui.modals import (
    EditorWindow,
    control_of_window,
    filled_in,
    input_window,
    live_window,
    of_control,
)
from bot.ui.private import refuse_privately, tell_privately


class ButtonCog(commands.Cog):
    """Does what a button says, for the asker and for moderators alone.

    Args:
        bot: the connected client.
        service: answers requests.
        desk: shows and remembers the answers.
        records: what stands where, and what it ran.
        programs: what stands behind the replies.
        tasks: owns the answers under way, so that a stop can wait for them.
    """

    def __init__(
        self,
        bot: commands.Bot,
        service: RunService,
        *,
        desk: Desk,
        records: Records,
        programs: Programs,
        tasks: Tasks,
    ) -> None:
        self._bot = bot
        self._service = service
        self._desk = desk
        self._records = records
        self._programs = programs
        self._tasks = tasks

    async def cog_load(self) -> None:
        """Let the client know our buttons."""
        self._bot.add_dynamic_items(control_item(self.pressed))

    async def pressed(self, interaction: Interaction, control: Control) -> None:
        """Do what ``control`` says. Never raises."""
        await self._guarded(interaction, control, self._act)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Do what a submitted window says that a button opened, perhaps before a restart."""
        if control := control_of_window(interaction):
            await self._guarded(interaction, control, self._submitted)

    async def _guarded(
        self,
        interaction: Interaction,
        control: Control,
        act: Callable[[Interaction, Control], Awaitable[None]],
    ) -> None:
        caller = caller_of(interaction)
        if control.owner_id != interaction.user.id and not caller.is_moderator:
            await refuse_privately(interaction, labels.not_yours(control.owner_id))
            return
        try:
            await act(interaction, control)
        except NoProgramError as problem:
            await refuse_privately(interaction, self._with_example(str(problem)))
        except NotPossibleError as problem:
            await refuse_privately(interaction, str(problem))
        except StoreError as error:
            logged(error, f"button {control.action}")
            await refuse_privately(interaction, self._with_example(labels.STORE_FAILED))
        except DISCORD_FAILURES as error:
            logged(error, f"button {control.action}")
        except Exception as error:  # noqa: BLE001 - the border to Discord: logged, never silence
            await tell_privately(interaction, logged(error, f"button {control.action}"))

    def _with_example(self, sentence: str) -> str:
        mention = self._bot.user.mention if self._bot.user else ""
        return f"{sentence}\n\n{example(self._service.names, mention)}"

    async def _act(self, interaction: Interaction, control: Control) -> None:
        match control.action:
            case Action.AGAIN:
                await self._again(interaction, control, lambda request, _: request)
            case Action.LANGUAGE:
                language, _, version = control.argument.partition(" ")
                change = partial(_in_language, language, version or None)
                await self._again(interaction, control, change)
            case Action.EDIT:
                await self._edit(interaction, control)
            case Action.INPUT:
                await self._input(interaction, control)
            case Action.OUTPUT:
                await self._show_output(interaction)
            case Action.STOP:
                await self._stop(interaction, control)
            case Action.TYPE:
                self._check_job(interaction, control)
                await interaction.response.send_modal(of_control(live_window(), control))
            case Action.DELETE:
                await self._delete(interaction)

    async def _again(
        self,
        interaction: Interaction,
        control: Control,
        change: Callable[[RunRequest, LanguageNames], RunRequest],
    ) -> None:
        with self._under_way(interaction, control) as asked:
            await acknowledge(interaction)
            record = await self._programs.record(interaction)
            found = await self._programs.found(record)
            is_problem = isinstance(found, ParseProblem)
            request = found.request if isinstance(found, ParseProblem) else found
            if request is None or (is_problem and control.action is Action.AGAIN):
                read: Read = lambda _: found  # noqa: E731 - one of two ways to read
            else:
                read = partial(change, request)
            keeps = record.request is not None or control.action is not Action.AGAIN
            await self._run(interaction, record, read, asked, keeps_request=keeps)

    async def _edit(self, interaction: Interaction, control: Control) -> None:
        filled = fields_of(await self._programs.request(await self._programs.record(interaction)))
        if filled is None:
            raise NotPossibleError(labels.TOO_LONG_TO_EDIT)
        await interaction.response.send_modal(of_control(EditorWindow(filled), control))

    async def _input(self, interaction: Interaction, control: Control) -> None:
        shown = fields_of(await self._programs.request(await self._programs.record(interaction)))
        window = input_window(shown.stdin if shown else "")
        await interaction.response.send_modal(of_control(window, control))

    async def _submitted(self, interaction: Interaction, control: Control) -> None:
        filled = filled_in(interaction)
        if control.action is Action.TYPE:
            await self._type_in(interaction, control, filled)
            return
        with self._under_way(interaction, control) as asked:
            await acknowledge(interaction)
            record = await self._programs.record(interaction)
            request = await self._programs.request(record)
            if control.action is Action.EDIT:
                read: Read = partial(read_edited, request, Fields(**filled))
            else:
                again = with_stdin(request, filled["text"], interactive=bool(filled["box"]))
                read = lambda _: again  # noqa: E731 - one of two ways to read
            await self._run(interaction, record, read, asked, keeps_request=True)

    def _under_way(
        self, interaction: Interaction, control: Control
    ) -> AbstractContextManager[UnderWay]:
        return self._service.jobs.under_way(caller_of(interaction), control.owner_id)

    async def _run(
        self,
        interaction: Interaction,
        record: Record,
        read: Read,
        asked: UnderWay,
        *,
        keeps_request: bool,
    ) -> None:
        subject = Subject(
            owner_id=asked.answer_owner_id,
            asked_id=record.asked_id,
            asked_channel_id=record.asked_channel_id,
            asked_digest=record.asked_digest,
            keeps_request=keeps_request,
            reply_id=record.reply_id,
        )
        if subject.key is None or self._desk.is_busy(subject.key):
            await refuse_privately(interaction, labels.BUSY)
            return

        async def work() -> None:
            answer = ButtonAnswer(interaction, owner_id=asked.answer_owner_id)
            working = self._desk.working_on(
                subject.key,
                record.asked_digest,
                asked=asked,
            )
            async with working as turn:
                # Written down before anybody sees it: after a kill somebody must tell.
                await self._records.begin(record, interaction.token)
                await self._desk.run(read, answer, subject, turn)

        await self._tasks.spawn(work(), name=f"button {interaction.id}")

    async def _show_output(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        record = await self._programs.record(interaction)
        if not record.output:
            raise NotPossibleError(labels.NO_OUTPUT_KEPT)
        names = tuple(file.name for file in record.output)
        reply = say(labels.OUTPUT, endings.attached(names), Tone.INFO)
        await tell_privately(interaction, reply, record.output)

    def _check_job(self, interaction: Interaction, control: Control) -> None:
        """Refuse to touch somebody else's program, whatever the id says.

        Raises:
            NotPossibleError: it is somebody else's.
        """
        owner_id = self._service.jobs.kept_from(control.argument, caller_of(interaction))
        if owner_id is not None:
            raise NotPossibleError(labels.not_yours(owner_id))

    async def _stop(self, interaction: Interaction, control: Control) -> None:
        self._check_job(interaction, control)
        await acknowledge(interaction)
        if await self._service.jobs.stop(control.argument, caller_of(interaction)):
            return
        try:
            record = await self._programs.record(interaction)
        except NoProgramError:  # killed before it could write down what this is
            lost = self._with_example(labels.WAS_LOST)
            reply = after_loss(say(texts.STOPPED, lost, Tone.STOPPED))
        else:
            if self._desk.is_busy(record.asked_id or record.reply_id):
                return  # it has just ended, and its answer is on the way
            reply = after_end(say(texts.STOPPED, labels.WAS_RESTARTED, Tone.STOPPED))
        await ButtonAnswer(interaction, owner_id=control.owner_id).finish(reply)

    async def _type_in(
        self, interaction: Interaction, control: Control, filled: dict[str, Any]
    ) -> None:
        self._check_job(interaction, control)
        passed = await self._service.jobs.type_in(
            control.argument, filled["text"], is_all=bool(filled["box"])
        )
        if passed:
            await acknowledge(interaction)
        else:
            raise NotPossibleError(labels.NOT_RUNNING)

    async def _delete(self, interaction: Interaction) -> None:
        await self._programs.check_owner(interaction)
        await acknowledge(interaction)
        with suppress(discord.NotFound):
            await interaction.delete_original_response()
        if interaction.message is not None:
            await self._records.reply_is_gone(interaction.message.id)


def _in_language(
    language: str, version: str | None, request: RunRequest, names: LanguageNames
) -> RunRequest:
    return as_language(request, language, version, names)
