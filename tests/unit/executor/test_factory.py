"""What the factory decides by itself: how many run at once, which interpreter waits, what is refused."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from executor.catalog import Catalog
from executor.config import ExecutorConfig
from executor.errors import BackendUnavailableError, ConfigError
from executor.factory import _running, _warm_interpreter, _why_not, refuse_languages_in_data
from executor.sandbox.backend import Backend
from executor.sandbox.settings import Facts, SandboxSettings
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


class RefusingLauncher:
    """A launcher that can make no sandbox, for one reason."""

    def __init__(self, reason: str) -> None:
        self._reason = reason
        self.lost = asyncio.Event()

    async def start(self) -> dict[str, Any]:
        return {}

    async def call(
        self,
        op: str,  # noqa: ARG002 - whatever is asked
        descriptors: Sequence[int] = (),  # noqa: ARG002
        **_: object,
    ) -> tuple[dict[str, Any], list[int]]:
        raise BackendUnavailableError(self._reason)

    def post(
        self,
        op: str,  # noqa: ARG002 - whatever is asked
        descriptors: Sequence[int] = (),  # noqa: ARG002
        **_: object,
    ) -> asyncio.Future[tuple[dict[str, Any], list[int]]]:
        raise BackendUnavailableError(self._reason)

    async def close(self) -> None:
        return


async def test_containment_is_given_up_only_for_a_reason_that_lasts() -> None:
    forbidden = "the sandbox could not be made: [Errno 1] Operation not permitted"

    assert await _why_not(Backend(SandboxSettings(), RefusingLauncher(forbidden))) == forbidden


async def test_a_first_sandbox_that_comes_too_late_does_not_switch_containment_off() -> None:
    late = "the sandbox could not be made: timed out"

    with pytest.raises(BackendUnavailableError, match="timed out"):
        await _why_not(Backend(SandboxSettings(), RefusingLauncher(late)))


@pytest.mark.parametrize("inside", ["", "languages", "a/../b/languages"])
def test_language_files_in_the_data_folder_are_refused_by_their_own_sentence(
    tmp_path: Path, inside: str
) -> None:
    with pytest.raises(ConfigError, match=r"lies in data_dir .* /etc/codecage/languages"):
        refuse_languages_in_data(tmp_path / "data", tmp_path / "data" / inside)


def test_language_files_beside_the_data_folder_are_fine(tmp_path: Path) -> None:
    refuse_languages_in_data(tmp_path / "data", tmp_path / "languages")

    assert list(tmp_path.iterdir()) == []  # and nothing is made
