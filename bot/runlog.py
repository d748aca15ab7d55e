"""Writes down what ran, for the moderators of a server: never the program, unless they switched that on."""

import logging
import time
from collections.abc import Callable

from bot.errors import StoreError
from bot.models import Caller, RunRequest
from bot.settings.keeper import SettingsKeeper
from bot.store import RunEntry, RunStore
from executor import Result

log = logging.getLogger(__name__)


class RunLog:
    """The history of runs. A store that fails costs an entry, nothing else.

    Args:
        store: keeps it.
        settings: say whether a server keeps programs, too.
        keeps_anything: whether there is any history at all.
        now: seconds since 1970.
    """

    def __init__(
        self,
        store: RunStore,
        settings: SettingsKeeper,
        *,
        keeps_anything: bool = True,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._settings = settings
        self._keeps_anything = keeps_anything
        self._now = now

    async def note(
        self, caller: Caller, result: Result, request: RunRequest | None, message_id: int | None
    ) -> None:
        """Write down one run.

        Args:
            caller: who ran it, and where.
            result: how it ended.
            request: what it was, if it stands in a message.
            message_id: the answer, for a link to it, if others see it.
        """
        if not self._keeps_anything:
            return
        try:
            settings = await self._settings.of(caller.guild_id)
            keeps_code = caller.kept_guild_id is not None and settings.keeps_history_code
            await self._store.add(
                RunEntry(
                    user_id=caller.user_id,
                    channel_id=caller.channel_id,
                    guild_id=caller.kept_guild_id,
                    message_id=message_id,
                    language=result.language,
                    status=result.status,
                    wall_seconds=sum(step.usage.wall_seconds for step in result.steps),
                    at=self._now(),
                    request=request if keeps_code else None,
                )
            )
        except StoreError as error:
            log.error("job %s: not written down: %s", result.job_id, error)  # noqa: TRY400
