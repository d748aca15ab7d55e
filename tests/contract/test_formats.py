"""Stores that earlier versions wrote, brought up to date: nothing in them is lost, in either database."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.settings.keeper import SettingsKeeper
from bot.store import Document
from bot.store.schema import known_migrations
from bot.store.whole import WholeStore
from tests.contract.conftest import Opening
from tests.contract.formats import write as written
from tests.contract_values import counted

# The first format had no settings, blocks and runs; a file that it wrote is in tests/unit/bot/store.
FORMATS = range(2, len(known_migrations()) + 1)
_STATEMENT = re.compile(r";\n\n|;\n\Z")
_BYTES = re.compile(r"X'([0-9A-F]*)'")


def statements_of(number: int) -> list[str]:
    text = Path(__file__).with_name("formats").joinpath(f"format{number}.sql").read_text("utf-8")
    return [one for one in _STATEMENT.split(text) if one]


async def load(store: WholeStore, rows: list[str]) -> None:
    """Insert ``rows``; only how bytes are written differs between the databases."""
    for row in rows:
        found = [bytes.fromhex(one) for one in _BYTES.findall(row)]
        await store._engine.fetch(_BYTES.sub("?", row), found)


@pytest.mark.parametrize("number", FORMATS)
async def test_what_an_earlier_version_kept_is_all_there(opening: Opening, number: int) -> None:
    statements = statements_of(number)
    tables = tuple(one for one in statements if one.startswith("CREATE"))
    async with opening([*[()] * (number - 1), tables]) as old:
        await load(old, [one for one in statements if one.startswith("INSERT")])
    async with opening() as store:
        answered, pending = written.record(written.ANSWERED), written.record(written.PENDING)
        if number == 2:
            pending = replace(pending, is_pending=False, token="")
        assert await store.replies.by_asked(50) == answered
        assert await store.replies.by_reply(7) == pending
        assert await store.replies.is_answered(50)
        document = Document(guild_id=written.GUILD, text=written.SETTINGS, version=1)
        assert await store.settings.get(written.GUILD) == document
        (entry,) = await store.audits.page(written.GUILD)
        assert replace(entry, entry_id=0) == written.ENTRY
        now, (local, of_a_server) = written.NOW, written.BLOCKS
        assert await store.blocks.listed(written.GUILD, now=now) == (local,)
        assert await store.blocks.listed(None, now=now) == (of_a_server,)
        (run,) = await store.runs.page()
        assert replace(run, entry_id=0) == written.RUN
        assert await counted(store, user_id=written.MEMBER, guild_id=written.GUILD) == 1
        assert await store.flags.all() == {"maintenance": written.MAINTENANCE}
        await store.runs.add(written.RUN)  # numbers go on where they were
        assert [one.entry_id for one in await store.runs.page()] == [2, 1]
        settings = await SettingsKeeper(store.settings, store.audits).of(written.GUILD)
        assert (settings.server_runs_per_hour, settings.welcome) == (500, "Grüß dich, it's code")
