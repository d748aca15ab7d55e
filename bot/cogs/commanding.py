"""What commands, menus and editor windows have in common: run something, answer with a new message."""

from contextlib import AbstractContextManager

from bot.desk import Desk, Subject
from bot.jobs import UnderWay
from bot.service import Read, RunService
from bot.tasks import Tasks
from bot.ui.convert import caller_of
from bot.ui.interactions import Interaction, InteractionAnswer


class Commanding:
    """Runs what came by a command; its code is kept for the buttons, as it stands in no message.

    Args:
        service: knows whether people may be written to directly.
        desk: shows and remembers the answers.
        tasks: owns the answers under way, so that a stop can wait for them.
    """

    def __init__(self, service: RunService, desk: Desk, tasks: Tasks) -> None:
        self._service = service
        self._desk = desk
        self._tasks = tasks

    def under_way(self, interaction: Interaction) -> AbstractContextManager[UnderWay]:
        """Return what is to be entered before anything is awaited, so that moderators can stop it."""
        return self._service.jobs.under_way(caller_of(interaction))

    async def run(self, read: Read, answer: InteractionAnswer, asked: UnderWay) -> None:
        """Run what ``read`` finds, and return when it is answered; ``asked`` is from `under_way`."""
        interaction = answer.interaction

        async def work() -> None:
            subject = Subject(owner_id=interaction.user.id)
            async with self._desk.working_on(subject.key, asked=asked) as turn:
                answer.may_write_directly = await self._service.answers_directly(asked.caller)
                await self._desk.run(read, answer, subject, turn)

        await self._tasks.spawn(work(), name=f"interaction {interaction.id}")
