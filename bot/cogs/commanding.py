"""What commands, menus and editor windows have in common: run something, answer with a new message."""

from bot.desk import Desk, Subject
from bot.service import Read, RunService
from bot.tasks import Tasks
from bot.ui.convert import caller_of
from bot.ui.interactions import InteractionAnswer


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

    async def run(self, read: Read, answer: InteractionAnswer) -> None:
        """Run what ``read`` finds, and return when it is answered."""
        interaction = answer.interaction

        async def work() -> None:
            caller = caller_of(interaction)
            subject = Subject(owner_id=interaction.user.id)
            async with self._desk.working_on(subject.key, asker=caller) as turn:
                answer.may_write_directly = await self._service.answers_directly(caller)
                await self._desk.run(read, answer, subject, turn)

        await self._tasks.spawn(work(), name=f"interaction {interaction.id}")
