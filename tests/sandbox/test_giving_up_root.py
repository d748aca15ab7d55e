"""Commands that run programs give up root before they do; only their launcher keeps it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from executor.sandbox import identity
from tests.sandbox import host

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.timeout(120),
    pytest.mark.skipif(os.getuid() != 0, reason="only root has rights to give up"),
]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("doctor", "--attack"), id="doctor"),
        pytest.param(("bench", "--runs", "200"), id="bench"),
        pytest.param(("languages", "check"), id="languages-check"),
        pytest.param(("run", "-l", "sh", "-"), id="run"),
    ],
)
def test_a_command_becomes_the_bots_user_and_its_launcher_stays_root(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    service = identity.choose(None).service_uid
    with subprocess.Popen(
        [sys.executable, "-m", "bot.cli", *arguments],
        env={**os.environ, "CODECAGE_DATA_DIR": str(tmp_path / "data")},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            assert process.stdin is not None
            process.stdin.write(b"sleep 60")
            process.stdin.close()
            deadline = time.monotonic() + 60
            while host.uid(process.pid) != service and time.monotonic() < deadline:
                time.sleep(0.005)
            assert host.uid(process.pid) == service
            owners = [host.uid(pid) for pid in host.children(process.pid)]
        finally:
            process.send_signal(signal.SIGKILL)

    assert 0 in owners
