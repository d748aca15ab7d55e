import asyncio
import re
import sys
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.config import BotConfig, StoreConfig, load_bot_config
from bot.errors import InUseError
from bot.up import open_api_beside, open_store
from executor import ConfigError
from executor.metrics import Metrics
from tests.fakes import FakeExecutor


def config(tmp_path: Path, url: str | None) -> BotConfig:
    settings = load_bot_config(environ={"CODECAGE_DATA_DIR": str(tmp_path)})
    return replace(settings, store=StoreConfig(url=url))


async def test_without_an_address_the_store_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    async with open_store(config(tmp_path, None)) as store:
        assert await store.guilds() == ()
    found = {file.name for file in tmp_path.iterdir()}  # noqa: ASYNC240
    assert found == {"codecage.db", "codecage.lock"}


async def test_without_the_extra_an_address_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)  # as if it were not installed
    for name in ("postgres", "postgreslock"):
        monkeypatch.delitem(sys.modules, f"bot.store.{name}", raising=False)
    with pytest.raises(ConfigError, match=r'pip install "codecage\[postgres\]"'):
        async with open_store(config(tmp_path, "postgresql:///name")):
            pass


async def test_a_second_bot_with_the_same_store_is_refused(tmp_path: Path) -> None:
    async with open_store(config(tmp_path, None)):
        with pytest.raises(InUseError, match="Another codecage is running with the data folder"):
            async with open_store(config(tmp_path, None)):
                pass


async def test_the_api_beside_the_bot_refuses_from_the_signal_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bot.up")
    settings = config(tmp_path, None)
    http = replace(settings.shared.http, port=0)
    settings = replace(settings, shared=replace(settings.shared, http=http))
    stop = asyncio.Event()
    async with (
        open_api_beside(FakeExecutor(), settings, Metrics(), stop),
        aiohttp.ClientSession() as client,
    ):
        found = re.search(r"http://\S+/api/v2/", caplog.text)
        assert found
        stop.set()
        async with client.post(f"{found[0]}execute", json={"language": "py"}) as response:
            assert response.status == 503
