"""Asks the service as a cog would."""

from bot.models import Caller, Reply
from bot.service import Read, RunService, Watcher


async def ask(service: RunService, read: Read, caller: Caller, *, watcher: Watcher) -> Reply:
    """Return the answer to what ``caller`` asks for."""
    with service.jobs.under_way(caller) as asked:
        return await service.run(read, asked, watcher=watcher)
