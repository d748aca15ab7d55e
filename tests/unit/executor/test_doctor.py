"""What doctor's findings add up to, what mends them, and how they are shown. Nothing is started."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from executor.checks import Check
from executor.cli.doctorjob import show
from executor.doctor import Level, Report
from executor.errors import BackendUnavailableError, ConfigError
from executor.mending import NAMESPACE_SWITCHES, Switch, mend

OK = Check(name="kernel", result="ok", detail="Linux 6.1")
WARN = Check(name="cgroup", result="warn", detail="read-only", fix="Delegate=yes")
FAIL = Check(name="limit: memory", result="fail", detail="ended as ok", fix="report this")
BROKEN = BackendUnavailableError("unshare: Operation not permitted")


@pytest.mark.parametrize(
    ("level", "checks", "is_ok", "exit_code"),
    [
        pytest.param("A", (OK,), True, 0, id="everything-holds"),
        pytest.param("A", (OK, WARN), True, 0, id="a-warning-at-level-a"),
        pytest.param("B", (OK, WARN), True, 1, id="no-cgroup"),
        pytest.param("C", (WARN,), True, 1, id="no-proc"),
        pytest.param("D", (OK,), False, 2, id="nothing-runs"),
        pytest.param("A", (OK, FAIL), False, 2, id="a-limit-does-not-hold"),
        pytest.param("B", (WARN, FAIL), False, 2, id="and-no-cgroup-either"),
    ],
)
def test_the_exit_status_follows_level_and_checks(
    level: Level, checks: tuple[Check, ...], *, is_ok: bool, exit_code: int
) -> None:
    report = Report(level=level, checks=checks, limits={})

    assert (report.ok, report.exit_code) == (is_ok, exit_code)


def test_the_json_document_holds_every_check_and_limit() -> None:
    report = Report(level="B", checks=(OK, WARN), limits={"memory": "counting from PID 1"})

    assert json.loads(json.dumps(report.as_json())) == {
        "level": "B",
        "ok": True,
        "checks": [
            {"name": "kernel", "result": "ok", "detail": "Linux 6.1", "fix": ""},
            {"name": "cgroup", "result": "warn", "detail": "read-only", "fix": "Delegate=yes"},
        ],
        "limits": {"memory": "counting from PID 1"},
    }


def switches(folder: Path, **values: str) -> list[Switch]:
    """Return switches that forbid at 0, with these values now."""
    found = []
    for name in ("one", "two", "three"):
        if name in values:
            (folder / name).write_text(values[name])
        found.append((str(folder / name), "0", f"turn on {name}"))
    return found


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"one": "0\n", "two": "1\n"}, "turn on one", id="the-one-that-forbids"),
        pytest.param({"one": "0", "three": "0"}, "turn on one; turn on three", id="each"),
        pytest.param({"one": "1", "two": "00"}, "allow user namespaces", id="none"),
        pytest.param({}, "allow user namespaces", id="not-there"),
    ],
)
def test_what_mends_it_follows_from_the_settings_that_forbid_it(
    tmp_path: Path, values: dict[str, str], expected: str
) -> None:
    assert mend(BROKEN, switches(tmp_path, **values)).startswith(expected)


def test_a_wrong_setting_of_ours_is_not_blamed_on_the_kernel(tmp_path: Path) -> None:
    error = ConfigError("executor.uid_base: 1000 to 66535 holds the user ann")

    assert "config.yaml" in mend(error, switches(tmp_path, one="0"))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(
            "the sandbox was refused: PermissionError: [Errno 1] sethostname: Operation not permitted",
            "ProtectHostname=",
            id="hostname-is-protected",
        ),
        pytest.param(
            "the sandbox was refused: PermissionError: [Errno 1] sethostname: Operation not permitted",
            "seccomp=unconfined",
            id="podmans-filter-keeps-the-host-name",
        ),
        pytest.param(
            "the sandbox launcher cannot start: [Errno 13] Permission denied: '/srv/.local'",
            "data_dir",
            id="data-folder-is-not-ours",
        ),
    ],
)
def test_what_is_no_matter_of_namespaces_is_not_blamed_on_them(
    tmp_path: Path, error: str, expected: str
) -> None:
    assert expected in mend(BackendUnavailableError(error), switches(tmp_path, one="0"))


def test_every_known_switch_is_a_kernel_setting_with_a_line_to_copy() -> None:
    for path, bad, fix in NAMESPACE_SWITCHES:
        assert path.startswith("/proc/sys/")
        assert bad in {"0", "1"}
        assert fix


def shown(report: Report) -> str:
    console = Console(file=io.StringIO(), width=60, highlight=False)
    show(report, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_text_cuts_nothing_off_and_has_no_colours_where_it_is_no_terminal() -> None:
    path = "/sys/fs/cgroup/" + "deep/" * 30
    fix = "apt-get install " + "package " * 30
    long = Check(name="cgroup", result="warn", detail=f"v1 at {path}", fix=fix)

    text = shown(Report(level="B", checks=(OK, long), limits={}))

    assert "\x1b" not in text
    assert path in "".join(text.split("cgroup", 1)[1].split())
    assert fix in text
    assert text.splitlines()[-1].startswith("Isolation level B: no cgroup")


@pytest.mark.parametrize(
    ("report", "said", "unsaid"),
    [
        (Report(level="A", checks=(OK,), limits={}), "level A: everything holds", "not enforced"),
        (Report(level="A", checks=(OK, FAIL), limits={}), "but a limit is not enforced", "✗ \n"),
        (Report(level="D", checks=(FAIL,), limits={}), "level D: nothing is run here", "but a"),
        (
            Report(level="D", checks=(FAIL,), limits={"wall": "watched"}),
            "codecage run runs programs WITHOUT CONTAINMENT, up and serve run none",
            "nothing is run",
        ),
    ],
    ids=["A", "A-but", "D", "D-switched-on"],
)
def test_the_last_line_says_what_the_level_means(report: Report, said: str, unsaid: str) -> None:
    last = shown(report).splitlines()[-1]

    assert said in last
    assert unsaid not in last
