"""`codecage doctor` as each kind of user has it: what it says is what holds."""

import functools
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from executor import Status
from executor.config import ExecutorConfig
from executor.doctor import examine
from executor.trials import TRIALS
from tests.sandbox import host
from tests.sandbox.levels import IN_CONTAINER, WITH_IDS, open_folder, run_at

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(120)]

LIMITS = ["memory", "processes", "cpu", "wall", "output", "disk", "inodes"]


@functools.cache  # it takes seconds, and says the same a moment later
def doctor(level: str) -> tuple[int, dict[str, Any]]:
    before = host.snapshot()
    with open_folder() as folder:
        done = run_at(level, ["-m", "bot.cli", "doctor", "--json"], folder)
    host.assert_nothing_left(before)
    return done.returncode, json.loads(done.stdout)


def results(report: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["result"] for check in report["checks"]}


@pytest.mark.parametrize("level", ["A", IN_CONTAINER])
def test_level_a_means_that_everything_holds(level: str) -> None:
    code, report = doctor(level)

    assert (code, report["level"], report["ok"]) == (0, "A", True)
    assert set(results(report).values()) == {"ok"}
    assert list(report["limits"]) == LIMITS
    assert {report["limits"][limit] for limit in ("memory", "processes", "cpu")} <= {
        "cgroup v1", "cgroup v2",
    }  # fmt: skip


def test_the_json_document_has_the_promised_form() -> None:
    _, report = doctor("A")

    assert list(report) == ["level", "ok", "checks", "limits"]
    for check in report["checks"]:
        assert list(check) == ["name", "result", "detail", "fix"]
        assert check["result"] in {"ok", "warn", "fail"}
        assert check["detail"]
        assert bool(check["fix"]) == (check["result"] != "ok")
    names = [check["name"] for check in report["checks"]]
    assert names == [
        "kernel", "sandbox", "cgroup", "user ids", "proc", "rights", "core dumps", "swap",
        *(f"limit: {limit}" for limit in LIMITS),
    ]  # fmt: skip


def test_an_ordinary_user_without_cgroups_is_at_level_b() -> None:
    code, report = doctor("B")

    assert (code, report["level"], report["ok"]) == (1, "B", True)
    found = results(report)
    assert found.pop("cgroup") == "warn"
    assert found.pop("user ids") in {"ok", "warn"}
    assert set(found.values()) == {"ok"}
    if results(report)["user ids"] == "warn":  # one user for all: the kernel counts them together
        assert report["limits"]["processes"] == "counting from PID 1"
    assert not any("cgroup" in enforcer for enforcer in report["limits"].values())
    (fix,) = [check["fix"] for check in report["checks"] if check["name"] == "cgroup"]
    assert "Delegate=yes" in fix


def test_with_subordinate_ids_every_sandbox_has_one_and_the_kernel_counts_its_processes() -> None:
    code, report = doctor(WITH_IDS)

    assert (code, report["level"], report["ok"]) == (1, "B", True)
    assert results(report)["user ids"] == "ok"
    assert report["limits"]["processes"] == "RLIMIT_NPROC"


def test_where_no_new_proc_can_be_mounted_it_is_level_c() -> None:
    code, report = doctor("C")

    assert (code, report["level"], report["ok"]) == (1, "C", True)
    found = results(report)
    assert found.pop("proc") == "warn"
    assert set(found.values()) == {"ok"}


def test_without_proc_and_cgroup_nobody_could_count_so_nothing_runs() -> None:
    code, report = doctor("C without a cgroup")

    assert (code, report["level"], report["ok"]) == (2, "D", False)
    assert results(report)["sandbox"] == "fail"
    assert report["limits"] == {}


def test_without_user_namespaces_nothing_runs_and_the_switch_is_named() -> None:
    code, report = doctor("D")

    assert (code, report["level"], report["ok"]) == (2, "D", False)
    (check,) = [check for check in report["checks"] if check["result"] == "fail"]
    assert check["name"] == "sandbox"
    assert "sysctl -w user.max_user_namespaces=15000" in check["fix"]


def test_what_is_piped_is_plain_and_nothing_of_it_is_cut_off() -> None:
    _, report = doctor("B")

    with open_folder() as folder:
        done = run_at("B", ["-m", "bot.cli", "doctor"], folder, TERM="xterm-256color")

    text = done.stdout.decode()
    assert done.returncode == 1
    assert "\x1b" not in text
    assert "…" not in text
    squeezed = re.sub(r"\s", "", text)
    for check in report["checks"]:
        if check["name"] in {"kernel", "rights", "limit: memory"}:
            assert re.sub(r"\s", "", check["detail"]) in squeezed
        assert check["fix"] in text  # whole, on a line of its own, so that it can be copied
    assert text.splitlines()[-1].startswith("Isolation level B: no cgroup")


async def test_a_limit_that_does_not_hold_is_said_and_nothing_may_run(tmp_path: Path) -> None:
    config = ExecutorConfig(data_dir=tmp_path, uid_base=host.UID_BASE)
    output = next(trial for trial in TRIALS if trial.limit == "output")
    broken = replace(output, limit="memory", program="exit 0", expected=Status.MEMORY_LIMIT)

    report = await examine(config, trials=(output, broken))

    assert report.level in {"A", "B"}
    assert (report.ok, report.exit_code) == (False, 2)
    assert dict(report.limits) == {"output": "the executor", "memory": "not enforced"}
    (check,) = [check for check in report.checks if check.result == "fail"]
    assert check.name == "limit: memory"
    assert "ended as ok" in check.detail
    assert "should have ended as memory_limit" in check.fix
