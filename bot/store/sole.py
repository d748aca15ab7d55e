"""One bot at a time: two with one store, or with one token, would answer every message twice.

Locks that die with their holder, however it ends, so that nothing must be removed after a kill.
"""

import errno
import fcntl
import hashlib
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import InUseError, StoreError

LOCK_FILE = "codecage.lock"  # in the data folder


@contextmanager
def sole_user_of_folder(folder: Path) -> Generator[None, None, None]:
    """Keep every other bot out of a data folder until the block ends.

    Args:
        folder: is made if it is not there. The lock file in it is never removed: who waits for a
            lock would be left with one on a file that nobody else finds.

    Raises:
        InUseError: another bot has it.
        StoreError: nothing can be locked there.
    """
    path = folder / LOCK_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StoreError(f"The lock file {path} cannot be opened: {error.strerror}.") from error
    try:
        if os.geteuid() == 0:  # it is the bot's, which is not root
            owner = folder.stat()
            os.fchown(lock, owner.st_uid, owner.st_gid)
        _lock(lock, path)
        yield
    finally:
        os.close(lock)


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InUseError(
            f"Another codecage is running with the data folder {path.parent}, and two would answer"
            " every message twice. Stop that one first, or give this one another folder and a"
            " token of its own: CODECAGE_DATA_DIR=FOLDER."
        ) from None
    except OSError as error:
        raise StoreError(f"The lock file {path} cannot be locked: {error.strerror}.") from error


@contextmanager
def sole_user_of_token(token: str, api_url: str | None) -> Generator[None, None, None]:
    """Keep every other bot on this machine from using a token until the block ends.

    The lock is the name of a socket, which is bound to no folder or account; see unix(7) about
    abstract addresses. Network namespaces, and so most containers, have names of their own.

    Args:
        token: the bot's secret, which cannot be read from the name.
        api_url: where it is used; `None` is Discord.

    Raises:
        InUseError: another bot has it.
        StoreError: nothing can be locked here.
    """
    name = hashlib.sha256(f"{api_url or ''} {token}".encode()).hexdigest()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as held:
        try:
            held.bind(f"\0codecage-{name}")
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise StoreError(f"The token cannot be locked: {error.strerror}.") from error
            raise InUseError(
                "Another codecage on this machine is running with the same token, and two would"
                " answer every message twice. Stop that one first, or give this one an application"
                " and a token of its own."
            ) from None
        yield
