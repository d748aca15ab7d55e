from dataclasses import fields, replace

import pytest

from executor.limits import DEFAULT_LIMITS
from executor.models import Limits
from executor.sandbox.pool import fits
from executor.sandbox.spec import Kind, SandboxSpec

MADE_FOR = DEFAULT_LIMITS.run
# What is set when a sandbox is made, and cannot be changed in a ready one.
FIXED = {"disk_bytes", "inodes", "open_files", "processes"}


READY = SandboxSpec(Kind.GENERIC, MADE_FOR)


def test_a_sandbox_fits_what_it_was_made_for() -> None:
    assert fits(READY, SandboxSpec(Kind.GENERIC, replace(MADE_FOR)))


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
@pytest.mark.parametrize("factor", [0.5, 2])
def test_only_limits_that_can_still_be_changed_may_differ(name: str, factor: float) -> None:
    number = getattr(MADE_FOR, name)
    wanted = replace(MADE_FOR, **{name: type(number)(number * factor)})
    assert fits(READY, SandboxSpec(Kind.GENERIC, wanted)) is (name not in FIXED)


def test_a_sandbox_of_the_other_kind_does_not_fit() -> None:
    warm = SandboxSpec(Kind.PYTHON, MADE_FOR)
    assert not fits(READY, warm)
    assert not fits(warm, READY)
