"""The life of a systemd service that holds an executor: killed, restarted, stopped."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.vm import worlds

# Started from root's own unit; these are the units that are tried.
pytestmark = pytest.mark.worlds(worlds.ROOT_ALONE)
UNITS = {
    "root": ["Delegate=yes"],
    "plain": ["User=plain", "Delegate=yes"],
    "mapped": ["User=mapped", "Delegate=yes"],
    "level-b": ["User=plain"],
}
SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Service:
    """A running unit and where it writes what it is made of."""

    unit: str
    folder: Path

    def state(self, unlike: int = 0) -> dict[str, Any]:
        """Return what runs, once it is not executor ``unlike`` any more."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            if (self.folder / "state").exists():
                found: dict[str, Any] = json.loads((self.folder / "state").read_text())
                if found["executor"] != unlike:
                    return found
            time.sleep(0.1)
        pytest.fail(systemctl("status", self.unit))

    @property
    def group(self) -> Path:
        """Its folder in the cgroup tree."""
        return Path("/sys/fs/cgroup/system.slice") / self.unit

    def processes(self) -> set[int]:
        """Return every pid of the unit."""
        lists = [path.read_text().split() for path in self.group.rglob("cgroup.procs")]
        return {int(pid) for pids in lists for pid in pids}

    def instances(self) -> list[str]:
        return sorted(path.name for path in self.group.glob("codecage-*"))


def systemctl(*arguments: str) -> str:
    done = subprocess.run(
        ["systemctl", "--no-pager", *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


@pytest.fixture
def service(
    request: pytest.FixtureRequest, world: worlds.World, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Service, None, None]:
    assert world is worlds.ROOT_ALONE
    properties = UNITS[request.param]
    number = tmp_path_factory.mktemp("n").name
    folder = Path("/srv") / number
    folder.mkdir()
    user = next((p.split("=")[1] for p in properties if p.startswith("User=")), "root")
    shutil.chown(folder, user)
    unit = f"codecage-trial-{number}.service"
    subprocess.run(
        ["systemd-run", "--quiet", "--collect", f"--unit={unit}", "--working-directory=/mnt/host",
         f"--setenv=PYTHONPATH={os.environ['PYTHONPATH']}", "--setenv=HOME=/srv",
         "--property=Restart=always", "--property=RestartSec=0", "--property=KillMode=mixed",
         *(f"--property={line}" for line in properties),
         sys.executable, "-B", "/mnt/host/tests/vm/service.py", str(folder)],
        check=True,
    )  # fmt: skip
    yield Service(unit, folder)
    systemctl("kill", "--signal=KILL", unit)
    systemctl("stop", unit)


@pytest.mark.parametrize(
    ("service", "victim"),
    [*((unit, "executor") for unit in UNITS), ("plain", "launcher")],
    indirect=["service"],
)
def test_killed_it_is_restarted_and_nothing_of_the_old_one_lives(
    service: Service, victim: str
) -> None:
    before = service.state()
    old = service.processes()
    assert len(old) >= 6  # executor, launcher, runner, and per program its PID 1, sh and sleep

    os.kill(before[victim], signal.SIGKILL)

    after = service.state(unlike=before["executor"])
    assert after["cgroup"] == before["cgroup"]
    assert not old & service.processes()
    assert len(service.instances()) <= 1, "what a dead instance left is removed at the next start"


@pytest.mark.parametrize("service", ["plain", "level-b"], indirect=True)
def test_stopped_it_leaves_no_group_and_no_process(service: Service) -> None:
    service.state()
    old = service.processes()
    began = time.monotonic()
    systemctl("stop", service.unit)
    assert time.monotonic() - began < 30
    assert not service.group.exists()
    alive = [pid for pid in old if Path(f"/proc/{pid}").exists()]
    assert alive == []
