from dataclasses import fields, replace

import pytest

from executor.limits import DEFAULT_LIMITS
from executor.models import Limits
from executor.sandbox.pool import LEAST_READY_BYTES, shape_of
from executor.sandbox.spec import Kind, SandboxSpec

MADE_FOR = DEFAULT_LIMITS.run
# What is set when a sandbox is made, and cannot be changed in a ready one.
FIXED = {"disk_bytes", "inodes", "open_files", "processes"}


READY = SandboxSpec(Kind.GENERIC, MADE_FOR)


def fits(ready: SandboxSpec, wanted: SandboxSpec, *, has_cgroup: bool) -> bool:
    return shape_of(ready, has_cgroup=has_cgroup) == shape_of(wanted, has_cgroup=has_cgroup)


@pytest.mark.parametrize("has_cgroup", [True, False])
def test_a_sandbox_fits_what_it_was_made_for(has_cgroup: bool) -> None:
    assert fits(READY, SandboxSpec(Kind.GENERIC, replace(MADE_FOR)), has_cgroup=has_cgroup)


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
@pytest.mark.parametrize("factor", [0.5, 2])
@pytest.mark.parametrize("has_cgroup", [True, False])
def test_only_limits_that_can_still_be_changed_may_differ(
    name: str, factor: float, has_cgroup: bool
) -> None:
    number = getattr(MADE_FOR, name)
    wanted = SandboxSpec(Kind.GENERIC, replace(MADE_FOR, **{name: type(number)(number * factor)}))
    fixed = FIXED if has_cgroup else FIXED | {"memory_bytes"}
    assert fits(READY, wanted, has_cgroup=has_cgroup) is (name not in fixed)


def test_a_sandbox_of_the_other_kind_does_not_fit() -> None:
    warm = SandboxSpec(Kind.PYTHON, MADE_FOR)
    assert not fits(READY, warm, has_cgroup=True)
    assert not fits(warm, READY, has_cgroup=True)


@pytest.mark.parametrize("has_cgroup", [True, False])
def test_less_memory_than_a_waiting_sandbox_uses_is_a_shape_of_its_own(has_cgroup: bool) -> None:
    least = SandboxSpec(Kind.GENERIC, replace(MADE_FOR, memory_bytes=LEAST_READY_BYTES))
    less = SandboxSpec(Kind.GENERIC, replace(MADE_FOR, memory_bytes=LEAST_READY_BYTES - 1))
    assert fits(READY, least, has_cgroup=has_cgroup) is has_cgroup
    assert not fits(READY, less, has_cgroup=has_cgroup)
    assert not fits(less, READY, has_cgroup=has_cgroup)
