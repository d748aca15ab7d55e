"""A PostgreSQL server of the tests' own: on a socket in a temporary folder, never on the network."""

import asyncio
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

_START_SECONDS = 45.0
_STOP_SECONDS = 30.0


class PostgresServer:
    """A running server; `fresh` makes an empty store in it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._stores = 0

    @property
    def url(self) -> str:
        """Return the address of its one database."""
        return f"postgresql://codecage@/postgres?host={self._folder}"

    def fresh(self) -> str:
        """Return the address of a schema in which nothing is yet."""
        self._stores += 1
        name = f"store{self._stores}"
        self.execute(f"CREATE SCHEMA {name}")
        return f"{self.url}&options=-csearch_path%3D{name}"

    def execute(self, query: str, url: str | None = None) -> list[tuple[Any, ...]]:
        """Do a statement, in the database or in a store of it, and return its rows."""
        with psycopg.connect(url or self.url, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    async def run(self, line: str) -> None:
        """Run a command line with one of the programs that come with the server."""
        program, *arguments = shlex.split(line)
        process = await asyncio.create_subprocess_exec(
            self._programs / program, *arguments, stdin=subprocess.DEVNULL
        )
        assert await process.wait() == 0, line


def find_postgres() -> Path | None:
    """Return the folder of the server's programs; Debian keeps them off the path."""
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    return max((path.parent for path in versions), key=lambda path: path.parts[-2], default=None)


@contextmanager
def running_postgres(programs: Path) -> Generator[PostgresServer, None, None]:
    """Yield a new server; it is ended, and its folder removed, on leaving."""
    # Short, because the path of a socket may have 107 bytes; and open to another user than root,
    # which the server refuses to run as.
    folder = Path(tempfile.mkdtemp(prefix="codecage-postgres-"))
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o711)  # a bot that was started as root is yet another user
    try:
        with _server(programs, folder, user) as server:
            yield server
    finally:
        shutil.rmtree(folder)


@contextmanager
def _server(
    programs: Path, folder: Path, user: pwd.struct_passwd
) -> Generator[PostgresServer, None, None]:
    log, data, is_root = folder / "log", folder / "data", os.geteuid() == 0
    with log.open("wb") as output:

        def start(program: str, *arguments: str) -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                [programs / program, "-D", data, *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                user=user.pw_uid if is_root else None,
                group=user.pw_gid if is_root else None,
                extra_groups=[] if is_root else None,
            )

        with start(
            "initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "-U", "codecage"
        ) as making:
            assert making.wait(_START_SECONDS) == 0, log.read_text()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "fsync": "off",  # it need not survive the machine
        }
        flags = [flag for key, value in settings.items() for flag in ("-c", f"{key}={value}")]
        with start("postgres", *flags) as process:
            try:
                server = PostgresServer(programs, folder)
                _wait_until_it_answers(server, process, log)
                yield server
            finally:
                process.send_signal(signal.SIGINT)  # ends connections instead of waiting for them
                process.wait(_STOP_SECONDS)


def _wait_until_it_answers(
    server: PostgresServer, process: subprocess.Popen[bytes], log: Path
) -> None:
    give_up_at = time.monotonic() + _START_SECONDS
    while True:
        assert process.poll() is None, log.read_text()
        try:
            server.execute("SELECT 1")
        except psycopg.OperationalError:
            assert time.monotonic() < give_up_at, log.read_text()
            time.sleep(0.05)
        else:
            return
