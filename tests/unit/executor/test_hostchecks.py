from collections.abc import Collection
from typing import Literal

import pytest

from executor.hostchecks import core_handler, look_at_host, swap

NO_SWAP = "Filename\tType\tSize\tUsed\tPriority\n"
SWAP = NO_SWAP + "/dev/sda2 partition 1048572 0 -2\n"


@pytest.mark.parametrize(
    ("pattern", "hard_limit", "result"),
    [
        pytest.param("core\n", 0, "ok", id="a-file"),
        pytest.param("|/usr/lib/systemd/systemd-coredump %P\n", -1, "ok", id="a-pipe"),
        pytest.param("|/usr/share/apport/apport %p\n", 1, "ok", id="a-pipe-and-just-enough"),
        pytest.param("|/usr/share/apport/apport %p\n", 0, "warn", id="a-pipe-that-1-cannot-stop"),
        pytest.param("@/run/systemd/coredump\n", -1, "warn", id="a-socket"),
    ],
)
def test_a_core_handler_that_cannot_be_stopped_is_a_warning(
    pattern: str, hard_limit: int, result: Literal["ok", "warn"]
) -> None:
    check = core_handler(pattern, hard_limit)

    assert check.result == result
    assert ("kernel.core_pattern=core" in check.fix) == (result == "warn")


@pytest.mark.parametrize(
    ("swaps", "limits", "result"),
    [
        pytest.param(NO_SWAP, (), "ok", id="no-swap"),
        pytest.param(SWAP, ("memory.swap.max",), "ok", id="cgroup-v2"),
        pytest.param(SWAP, ("memory.swappiness",), "ok", id="cgroup-v1-without-a-count"),
        pytest.param(SWAP, (), "warn", id="nothing-keeps-it-out"),
    ],
)
def test_swap_that_nothing_limits_is_a_warning(
    swaps: str, limits: Collection[str], result: Literal["ok", "warn"]
) -> None:
    assert swap(swaps, limits).result == result


def test_this_machine_can_be_looked_at() -> None:
    assert [check.name for check in look_at_host(None)] == ["core dumps"]
    assert [check.name for check in look_at_host("/nowhere")] == ["core dumps", "swap"]
