"""What must survive a restart: which reply belongs to which message, and what it ran."""

from bot.store.base import Record, Store
from bot.store.sqlite import open_sqlite

__all__ = ["Record", "Store", "open_sqlite"]
