"""What the kernel starts as root of the host, outside every cgroup: not for a program in a sandbox.

A kernel with modules and with settings that a test may change is there only in the virtual machine.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import pytest
import pytest_asyncio

from executor.models import SourceFile
from tests.attacks.hostwork import flushes
from tests.attacks.table import HERE, read
from tests.sandbox.conftest import Cage, open_cage, printed, python
from tests.sandbox.test_hosts_kernel import FLUSH, MANY
from tests.vm import worlds

pytestmark = [pytest.mark.worlds(worlds.ROOT), pytest.mark.asyncio(loop_scope="module")]
CASES = {case.name: case for case in read()}
PRELUDE = SourceFile(path="attack.py", content=(HERE / "programs" / "attack.py").read_bytes())
Started = Callable[[], list[str]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cage(world: worlds.World) -> AsyncGenerator[Cage, None]:
    async with open_cage() as opened:
        yield opened
        assert opened.backend.quarantined == [], world


@contextlib.contextmanager
def helper(setting: str, value: str, folder: Path) -> Generator[Started, None, None]:
    """Have the kernel start a script that notes its arguments; yield what reads the notes."""
    path, script, notes = Path("/proc/sys/kernel", setting), folder / "helper", folder / "notes"
    notes.touch()
    script.write_text(f'#!/bin/sh\necho "$*" >>{notes}\nexit 1\n')
    script.chmod(0o755)
    before = path.read_text()
    path.write_text(value.format(script))
    try:
        yield lambda: notes.read_text().splitlines()
    finally:
        path.write_text(before)


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("helper")


def switch_modprobe_off() -> None:
    Path("/proc/sys/kernel/modprobe").write_text("\n")


def outside(source: str) -> int:
    return subprocess.run([sys.executable, "-c", source], check=False).returncode


async def words(cage: Cage, name: str) -> set[str]:
    outcome = await cage.run(python(CASES[name].source, PRELUDE))
    return {line.split()[0] for line in printed(outcome).splitlines()}


async def test_a_crash_starts_no_core_handler_of_the_host(cage: Cage, folder: Path) -> None:
    with helper("core_pattern", "|{} %p", folder) as started:
        no_limit = (
            "import os, resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); os.abort()"
        )
        assert outside(no_limit) == -signal.SIGABRT
        assert len(started()) == 1  # so the handler works, and a limit of 0 does not stop it

        assert await words(cage, "crash-handler") == {"HELD"}

        assert len(started()) == 1


async def test_no_socket_and_no_request_starts_modprobe(cage: Cage, folder: Path) -> None:
    with helper("modprobe", "{}", folder) as started:
        mismatched = "import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM, 17)"
        assert outside(mismatched) == 1
        expected = len(started())
        assert expected > 0

        assert await words(cage, "mismatched-protocols") == {"REFUSED"}
        assert await words(cage, "modules-by-request") == {"REFUSED"}

        assert len(started()) == expected


async def test_an_unknown_format_starts_modprobe_until_the_host_switches_it_off(
    cage: Cage, folder: Path
) -> None:
    with helper("modprobe", "{}", folder) as started:
        assert await words(cage, "unknown-format") == {"OPEN"}
        assert [line for line in started() if "binfmt-" in line]  # as docs/security.md says

        os.truncate(folder / "notes", 0)
        switch_modprobe_off()
        assert await words(cage, "unknown-format") == {"OPEN"}
        assert started() == []


async def test_no_disk_is_flushed(cage: Cage) -> None:
    before = flushes()

    assert printed(await cage.run(python(FLUSH))) == "done\n"

    assert flushes() - before < MANY / 2
