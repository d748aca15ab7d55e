"""Copies of a store in an SQLite file: made while the bot runs, checked, put back."""

import os
import sqlite3
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.errors import InUseError, StoreError
from bot.store.schema import known_migrations
from bot.store.sole import sole_user_of_folder
from bot.store.sqlite import SqliteSession, check


def check_file(path: Path) -> int:
    """Return the format of the sound store in ``path``, which is not changed.

    Raises:
        StoreError: there is none, it is damaged, or from a later version.
    """
    try:
        if not path.is_file():
            raise StoreError(
                f"There is no store {path}: the bot makes it when it first starts, in the folder that"
                " data_dir names."
            )
        with path.open("rb"):
            pass  # which tells why it may not be read, as SQLite does not
    except OSError as error:
        raise StoreError(f"The store {path} cannot be read: {error.strerror}.") from error
    try:
        with closing(_opened(path)) as database:
            found = check(SqliteSession(database), known_migrations())
    except (sqlite3.Error, StoreError) as error:
        raise StoreError(
            f"The store {path} cannot be used: {error}. A backup that is whole is put in place by:"
            " codecage store restore FILE"
        ) from error
    if not found:
        raise StoreError(f"There is no store in {path}.")
    return found


def back_up(path: Path, target: Path) -> None:
    """Copy the store in ``path`` as it is at this moment; whoever uses it notices nothing.

    Args:
        path: the store.
        target: a new file, which only its owner may read.

    Raises:
        StoreError: the store is not sound, or ``target`` is there or cannot be written.
    """
    check_file(path)
    if target.exists():
        raise StoreError(f"{target} is there already; name a file that is not.")
    with _copy_beside(path, target) as copy:
        copy.replace(target)


def restore(backup: Path, path: Path) -> Path | None:
    """Put a copy of ``backup`` in the place of the store, which nobody may be using.

    Args:
        backup: what `back_up` made, also in an earlier format.
        path: the store; whatever is there is moved aside, even if it is damaged.

    Returns:
        Where the store that was there is now; `None` if there was none.

    Raises:
        StoreError: the backup is not sound, or the store is in use; nothing was changed.
    """
    check_file(backup)
    try:
        with sole_user_of_folder(path.parent):  # nor may anybody begin to use it meanwhile
            return _put_in_place(backup, path)
    except InUseError:
        raise StoreError(f"The store {path} is in use: stop the bot first.") from None


def _put_in_place(backup: Path, path: Path) -> Path | None:
    _check_unused(path)
    aside = _unused_name(path) if path.exists() else None
    with _copy_beside(backup, path) as copy:
        if os.geteuid() == 0:  # it is the bot's, which is not root
            owner = path.parent.stat()
            os.chown(copy, owner.st_uid, owner.st_gid)
        if aside is not None:
            path.rename(aside)
        copy.replace(path)
    return aside


@contextmanager
def _copy_beside(path: Path, target: Path) -> Generator[Path, None, None]:
    """Yield a whole copy of ``path`` in the folder of ``target``; it is gone at the end."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
        os.close(descriptor)
        copy = Path(name)
        try:
            with closing(_opened(path)) as source, closing(_opened(copy)) as database:
                source.backup(database)
                database.execute("PRAGMA journal_mode = DELETE")  # everything in the one file
            yield copy
        finally:
            copy.unlink(missing_ok=True)
    except sqlite3.Error as error:
        raise StoreError(f"The store {path} could not be copied: {error}.") from error
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error.strerror}.") from error


def _check_unused(path: Path) -> None:
    """Make sure that nobody has the store open, and that all of it is in the one file."""
    if not path.is_file():
        return
    try:
        with closing(_opened(path)) as database:
            # Possible for the only one who has it open; see https://sqlite.org/wal.html.
            database.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise StoreError(f"The store {path} cannot be moved aside: {error}.") from error
        raise StoreError(f"The store {path} is in use: stop the bot first.") from error
    except sqlite3.DatabaseError:
        return  # it is damaged; that is what a backup is for


def _unused_name(path: Path) -> Path:
    number = 1
    while (name := path.with_name(f"{path.name}.replaced-{number}")).exists():
        number += 1
    return name


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
