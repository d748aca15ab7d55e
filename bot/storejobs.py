"""What `codecage store` does, for whichever kind of store the settings name."""

import asyncio
from datetime import datetime
from pathlib import Path

from bot.config import BotConfig, load_bot_config
from bot.errors import StoreError
from bot.store import STORE_FILE
from bot.store.address import NEEDS_EXTRA, dump_line, restore_line, shown
from bot.store.copies import back_up, check_file, restore
from executor import ConfigError


def back_up_store(config_path: Path | None, file: Path | None) -> str:
    """Copy the store to ``file``, or to a new file in this folder; return what to tell a person.

    Raises:
        ConfigError: the settings do not fit.
        StoreError: there is no copy, and why.
    """
    config = load_bot_config(config_path)
    name = f"codecage-{datetime.now().astimezone():%Y-%m-%d-%H%M%S}"
    if config.store.url is not None:
        line = dump_line(config.store.url, file or Path(f"{name}.dump"))
        raise StoreError(
            "Nothing was copied: a store in PostgreSQL is backed up by PostgreSQL's own program."
            f" Run this: {line}"
        )
    target = file or Path(f"{name}.db")
    back_up(_path(config), target)
    return f"The store was copied to {target}."


def check_store(config_path: Path | None) -> str:
    """Return what to tell a person about a store that is sound.

    Raises:
        ConfigError: the settings do not fit.
        StoreError: it is not sound, or there is none.
    """
    config = load_bot_config(config_path)
    if config.store.url is not None:
        found, place = asyncio.run(_format_in_postgres(config.store.url)), shown(config.store.url)
    else:
        found, place = check_file(_path(config)), str(_path(config))
    return f"The store {place} is sound; its format is {found}."


def restore_store(config_path: Path | None, file: Path) -> str:
    """Put the backup ``file`` in the store's place; return what to tell a person.

    Raises:
        ConfigError: the settings do not fit.
        StoreError: nothing was changed, and why.
    """
    config = load_bot_config(config_path)
    if config.store.url is not None:
        raise StoreError(
            "Nothing was changed: a store in PostgreSQL is restored by PostgreSQL's own program."
            f" Stop the bot and run this: {restore_line(config.store.url, file)}"
        )
    aside = restore(file, _path(config))
    told = f"The store is that of {file} again."
    if aside is None:
        return told
    return f"{told} The one that was there is {aside}; remove it when you need it no more."


async def _format_in_postgres(url: str) -> int:
    try:
        from bot.store.postgres import check_postgres  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigError(NEEDS_EXTRA) from error
    return await check_postgres(url)


def _path(config: BotConfig) -> Path:
    return config.shared.executor.data_dir / STORE_FILE
