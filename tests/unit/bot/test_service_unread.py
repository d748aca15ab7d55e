"""Where the store answers for all but a server's settings, nobody knows what they forbid."""

from bot.admission import Admission
from bot.errors import StoreError
from bot.models import Caller, Rules, Tone
from bot.parsing import parse
from bot.quotas import Quotas
from bot.service import RunService
from bot.settings.keeper import SettingsKeeper
from bot.standing import Standing
from bot.store import AuditEntry, Document
from tests.asking import ask
from tests.fakes import FakeExecutor, FakeWatcher
from tests.memory_store import MemoryStore

HI = '```py\nprint("hi")\n```'
MEMBER = Caller(user_id=1, channel_id=2, guild_id=3)


class UnreadSettings:
    """A part of the store that fails, while the rest of it answers."""

    async def get(self, guild_id: int) -> Document | None:
        raise StoreError(f"broken on purpose: {guild_id}")

    async def put(
        self, document: Document, entry: AuditEntry, *, forgets_programs: bool = False
    ) -> Document | None:
        raise StoreError(
            f"broken on purpose: {document.guild_id}, {entry.user_id}, {forgets_programs}"
        )

    async def guilds(self) -> tuple[int, ...]:
        return ()


async def test_nothing_runs_where_nobody_could_read_what_is_forbidden() -> None:
    store, executor = MemoryStore(), FakeExecutor()
    keeper = SettingsKeeper(UnreadSettings(), store.audits)
    standing = Standing(store.blocks, store.flags)
    rules = Rules(cooldown_seconds=0)
    service = RunService(executor, Admission(rules, keeper, Quotas(store.quotas), standing))
    reply = await ask(service, lambda names: parse(HI, names), MEMBER, watcher=FakeWatcher())
    assert (reply.tone, executor.jobs) == (Tone.OURS, [])
    assert "cannot read this server's settings" in reply.description
    assert await service.welcome_of(MEMBER) == ""
    assert await service.languages(MEMBER) == ()
    directly = Caller(user_id=1, channel_id=2)
    reply = await ask(service, lambda names: parse(HI, names), directly, watcher=FakeWatcher())
    assert reply.tone is Tone.OK
    await executor.close()
