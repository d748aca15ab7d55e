"""What the factory decides by itself: how many run at once, and which interpreter waits."""

from pathlib import Path

import pytest

from executor.catalog import Catalog
from executor.config import ExecutorConfig
from executor.factory import _running, _warm_interpreter
from executor.sandbox.settings import Facts
from tests.unit.executor.languagespecs import language


def facts(cgroup_version: int) -> Facts:
    return Facts(cgroup_version=cgroup_version, cgroup_paths={}, why_no_cgroup="", single_uid=False)


@pytest.mark.parametrize(
    ("cgroup_version", "wanted", "expected"),
    [
        pytest.param(1, None, None, id="counted-auto"),
        pytest.param(2, 50, 50, id="counted-operator"),
        pytest.param(0, None, 2, id="uncounted-auto"),
        pytest.param(0, 50, 2, id="uncounted-operator-wants-more"),
        pytest.param(0, 1, 1, id="uncounted-operator-wants-less"),
    ],
)
def test_without_cgroups_few_run_at_once_whatever_the_operator_wants(
    cgroup_version: int, wanted: int | None, expected: int | None
) -> None:
    config = ExecutorConfig(data_dir=Path("/nowhere"), running=wanted)

    assert _running(config, facts(cgroup_version)) == expected


def test_the_interpreter_that_waits_is_the_one_that_was_found_with_its_programs_environment() -> (
    None
):
    bash = language(name="bash", aliases=[], run={"argv": ["bash", "{entry}"]}, tools={})
    python = language(
        warm="python", env={"PYTHONUNBUFFERED": "1"}, tools={"python3": "/usr/local/bin/python3"}
    )

    warm = _warm_interpreter(Catalog([bash, python]))

    assert warm is not None
    assert warm.path == "/usr/local/bin/python3"
    assert warm.env["PYTHONUNBUFFERED"] == "1"
    assert warm.env["HOME"] == "/box"
    assert warm.is_what_starts(("/usr/local/bin/python3", "main.py", "-x"), warm.env)


def test_none_waits_where_no_language_can_be_run_by_one() -> None:
    assert _warm_interpreter(Catalog([])) is None
    assert _warm_interpreter(Catalog([language()])) is None
