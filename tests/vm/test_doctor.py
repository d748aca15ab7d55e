"""`codecage doctor` tells the truth in every unit, with the line that mends what is missing."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.vm import worlds

EVERYWHERE = pytest.mark.worlds(*worlds.ALL)
RUNNING = pytest.mark.worlds(*(world for world in worlds.ALL if world.level != "D"))
EXIT = {"A": 0, "B": 1, "C": 1, "D": 2}


Answer = tuple[int, dict[str, Any]]


@pytest.fixture(scope="module")
def doctor(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    """Exit status and document of `codecage doctor --json`, asked once."""
    folder = tmp_path_factory.mktemp("doctor")
    config = folder / "config.yaml"
    config.write_text(f"data_dir: {folder}\n")
    done = subprocess.run(
        [sys.executable, "-B", "-m", "bot.cli", "--config", str(config), "doctor", "--json"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def check(report: dict[str, Any], name: str) -> dict[str, str]:
    return next(entry for entry in report["checks"] if entry["name"] == name)


@EVERYWHERE
def test_level_and_exit_status(world: worlds.World, doctor: Answer) -> None:
    status, report = doctor
    assert (report["level"], status) == (world.level, EXIT[world.level]), report
    assert report["ok"] is (world.level != "D")


@RUNNING
def test_every_limit_holds_and_its_enforcer_is_named(world: worlds.World, doctor: Answer) -> None:
    _, report = doctor
    counted = {"memory", "processes", "cpu"}
    by = {name: enforcer for name, enforcer in report["limits"].items() if name in counted}
    expected = dict.fromkeys(counted, "cgroup v2" if world.level == "A" else "counting from PID 1")
    if world.level == "B" and not world.single_uid:
        expected["processes"] = "RLIMIT_NPROC"
    assert by == expected
    assert "not enforced" not in report["limits"].values()


@RUNNING
def test_shared_user_ids_are_named_with_what_mends_them(
    world: worlds.World, doctor: Answer
) -> None:
    ids = check(doctor[1], "user ids")
    assert ids["result"] == ("warn" if world.single_uid else "ok")
    if world is worlds.HARDENED_MAPPED:
        assert "NoNewPrivileges" in ids["fix"]
    elif world.single_uid:
        assert "/etc/subuid" in ids["fix"]


@pytest.mark.worlds(*(world for world in worlds.ALL if world.level == "B"))
def test_without_a_cgroup_the_line_for_the_unit_is_given(
    world: worlds.World, doctor: Answer
) -> None:
    cgroup = check(doctor[1], "cgroup")
    assert cgroup["result"] == "warn"
    line = "ProtectControlGroups" if world is worlds.READ_ONLY_CGROUP else "Delegate=yes"
    assert line in cgroup["fix"]
    assert cgroup["detail"]


@pytest.mark.worlds(worlds.NO_NAMESPACES, worlds.NO_HOSTNAME)
def test_where_nothing_can_run_the_line_that_forbids_it_is_named(
    world: worlds.World, doctor: Answer
) -> None:
    status, report = doctor
    sandbox = check(report, "sandbox")
    assert (status, sandbox["result"], report["limits"]) == (2, "fail", {})
    assert world.properties[-1].partition("=")[0] in sandbox["fix"]
