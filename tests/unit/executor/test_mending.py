"""Which refusals of a sandbox are this machine's for good, and which are of one moment."""

from pathlib import Path

import pytest

from executor.errors import BackendUnavailableError
from executor.mending import is_lasting

NO_NAMESPACE = (
    "the sandbox could not be made: failed: [Errno 28] unshare 0x10000000: No space left on device"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "the sandbox could not be made: failed: [Errno 1] unshare 0x10000000: Operation not permitted",
            True,
            id="a-filter-forbids-namespaces",
        ),
        pytest.param(
            "the sandbox could not be made: failed: [Errno 22] unshare 0x10000000: Invalid argument",
            True,
            id="a-kernel-without-namespaces",
        ),
        pytest.param(
            "the sandbox was refused: PermissionError: [Errno 1] mount proc on proc: Operation not permitted",
            True,
            id="neither-cgroup-nor-proc",
        ),
        pytest.param(
            "the sandbox could not be made: newuidmap: write to uid_map failed: Operation not permitted",
            True,
            id="ids-cannot-be-mapped",
        ),
        pytest.param("the sandbox could not be made: timed out", False, id="slow-runner"),
        pytest.param("the sandbox did not become ready in time", False, id="slow-sandbox"),
        pytest.param("the sandbox runner has died", False, id="killed-runner"),
        pytest.param(
            "the sandbox could not be made: [Errno 11] Resource temporarily unavailable",
            False,
            id="too-many-processes",
        ),
        pytest.param(
            "the sandbox could not be made: [Errno 28] No space left on device",
            False,
            id="full-disk",
        ),
        pytest.param(
            "the sandbox was refused: OSError: [Errno 12] Cannot allocate memory",
            False,
            id="no-memory",
        ),
    ],
)
def test_only_what_is_forbidden_for_good_lasts(text: str, expected: bool) -> None:
    assert is_lasting(BackendUnavailableError(text)) is expected


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        pytest.param("0\n", True, id="none-are-allowed"),
        pytest.param("15000\n", False, id="all-are-in-use"),
        pytest.param(None, False, id="not-to-be-read"),
    ],
)
def test_no_room_for_a_namespace_lasts_where_none_are_allowed(
    tmp_path: Path, most: str | None, expected: bool
) -> None:
    setting = tmp_path / "max_user_namespaces"
    if most is not None:
        setting.write_text(most)

    assert is_lasting(BackendUnavailableError(NO_NAMESPACE), setting) is expected
