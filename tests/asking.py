"""Asks the service as a cog would: one call, or members of a server with settings."""

from dataclasses import replace

from bot.models import Caller, Reply, Rules
from bot.parsing import parse
from bot.service import Read, RunService, Watcher
from bot.settings.file import to_text
from bot.settings.keeper import ACTION
from bot.settings.values import ServerSettings
from bot.store import AuditEntry, Document
from tests.admissions import admission
from tests.fakes import FakeExecutor, FakeWatcher
from tests.memory_store import MemoryStore

GUILD = 100
MEMBER = Caller(user_id=1, channel_id=2, guild_id=GUILD)
OTHER = replace(MEMBER, user_id=9)
ELSEWHERE = replace(MEMBER, guild_id=200)
NO_COOLDOWN = Rules(cooldown_seconds=0)
HI = '```py\nprint("hi")\n```'


async def ask(service: RunService, read: Read, caller: Caller, *, watcher: Watcher) -> Reply:
    """Return the answer to what ``caller`` asks for."""
    with service.jobs.under_way(caller) as asked:
        return await service.run(read, asked, watcher=watcher)


class Clock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


async def store_with(settings: ServerSettings) -> MemoryStore:
    """Return a store in which the server has ``settings``."""
    store = MemoryStore()
    entry = AuditEntry(guild_id=GUILD, user_id=7, at=0, action=ACTION)
    await store.settings.put(Document(guild_id=GUILD, text=to_text(settings)), entry)
    return store


class Asking:
    """The service, and members that ask it."""

    def __init__(
        self, executor: FakeExecutor, store: MemoryStore, rules: Rules = NO_COOLDOWN
    ) -> None:
        self.clock = Clock()
        self.watcher = FakeWatcher()
        doorman = admission(rules, store, clock=self.clock, now=self.clock)
        self.service = RunService(executor, doorman, show_after_seconds=0.01)

    async def ask(self, text: str = HI, caller: Caller = MEMBER) -> Reply:
        return await ask(
            self.service, lambda names: parse(text, names), caller, watcher=self.watcher
        )
