"""In a container of podman's on cgroup v2: what each option of deploy/compose.yaml is for."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
import yaml

from tests.vm import machine, worlds

pytestmark = pytest.mark.worlds(worlds.ROOT_ALONE)
COMPOSE = machine.CHECKOUT / "deploy" / "compose.yaml"
# Docker's options that podman has other words for, or that need what the guest has not.
IN_PODMANS_WORDS = {
    "systempaths=unconfined": "unmask=/proc/*",
    "writable-cgroups=true": "unmask=/sys/fs/cgroup",
    "no-new-privileges=true": "no-new-privileges",
}
NOT_IN_THE_GUEST = {"apparmor=unconfined"}


def options(without: set[str]) -> list[str]:
    """Return podman's options for what the compose file says."""
    service: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())["services"]["codecage"]
    assert service["init"]
    assert without <= set(service["security_opt"])
    security = [x for x in service["security_opt"] if x not in without | NOT_IN_THE_GUEST]
    return [
        f"--cgroupns={service['cgroup']}",
        "--init",
        *(f"--security-opt={IN_PODMANS_WORDS.get(option, option)}" for option in security),
        *(f"--cap-drop={name}" for name in service["cap_drop"]),
        *(f"--cap-add={name}" for name in service["cap_add"]),
    ]


def doctor(without: set[str]) -> tuple[int, dict[str, Any]]:
    """Ask `codecage doctor` in a container whose root file system is the guest's own."""
    done = subprocess.run(
        [
            *("podman", "run", "--rm", "--network=none", *options(without)),
            *("--volume=/mnt/host:/mnt/host:ro", "--workdir=/mnt/host", "--tmpfs=/data"),
            *("--env=CODECAGE_DATA_DIR=/data", f"--env=PYTHONPATH={os.environ['PYTHONPATH']}"),
            *("--rootfs", "/:O", sys.executable, "-B", "-m", "bot.cli", "doctor", "--json"),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("{"), done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize(
    ("without", "level", "status"),
    [
        pytest.param(set(), "A", 0, id="whole"),
        pytest.param({"writable-cgroups=true"}, "B", 1, id="without-a-cgroup"),
        pytest.param({"systempaths=unconfined"}, "C", 1, id="without-all-of-proc"),
        pytest.param({"seccomp=unconfined"}, "D", 2, id="without-namespaces"),
    ],
)
def test_level_without_an_option(
    world: worlds.World, without: set[str], level: str, status: int
) -> None:
    assert world is worlds.ROOT_ALONE
    code, report = doctor(without)
    assert (report["level"], code) == (level, status), report
