"""What a page of programs may hold; the pages themselves are tested through the stand-in."""

from dataclasses import replace

from bot.listings import Listed, Listings, Page
from bot.models import RunRequest
from bot.settings.keeper import SettingsKeeper
from bot.store import RunEntry
from executor import SourceFile, Status
from tests.memory_store import MemoryStore

TOKEN = b"ghp_" + b"a1B2" * 9
GUILD = 5


def entry(*files: SourceFile) -> RunEntry:
    return RunEntry(
        user_id=1,
        channel_id=2,
        guild_id=GUILD,
        language="python",
        status=Status.OK,
        wall_seconds=1.0,
        at=1.0,
        request=RunRequest(language="python", files=files),
    )


async def programs(store: MemoryStore) -> bytes:
    settings = SettingsKeeper(store.settings, store.audits)
    await settings.change(GUILD, 1, lambda now: replace(now, keeps_history_code=True))
    listing = await Listings(store, settings).show(Page(listed=Listed.RUNS), GUILD)
    return listing.reply.files[0].content


async def test_nobodys_attachment_shows_somebody_elses_token() -> None:
    store = MemoryStore()
    await store.runs.add(entry(SourceFile(path="main.py", content=b"t = '" + TOKEN + b"'")))
    await store.runs.add(entry(SourceFile(path="data", content=b"\x89PNG\r\n\x1a\n\0\xff" + TOKEN)))
    assert await programs(store) == (
        b"# 2 data\n\x89PNG\r\n\x1a\n\0\xff[token hidden]\n\n# 1 main.py\nt = '[token hidden]'\n\n"
    )


async def test_a_file_is_not_called_by_a_token() -> None:
    store = MemoryStore()
    await store.runs.add(entry(SourceFile(path=f"{TOKEN.decode()}.py", content=b"1")))
    assert await programs(store) == b"# 1 [token hidden].py\n1\n\n"
