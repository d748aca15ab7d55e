"""A program whose use cannot be read any more is ended: nothing else would hold it to its limits."""

import asyncio
import errno
from dataclasses import replace

import pytest

from executor.errors import BackendUnavailableError
from executor.models import Limits
from executor.sandbox.counters import MeteredCounters, Reading
from executor.sandbox.tally import Tally
from executor.sandbox.watch import Watch
from tests.results import LIMITS

NOTHING = Reading(cpu_seconds=0.0, peak_bytes=0, out_of_memory=False, processes_refused=False)


class Vanishing(MeteredCounters):
    """Counts until its files are gone."""

    is_gone = False

    def cpu_seconds(self) -> float:
        if self.is_gone:
            raise OSError(errno.ENODEV, "No such device")
        return super().cpu_seconds()


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param(replace(LIMITS, cpu_seconds=0.02, wall_seconds=60.0), id="at-a-look-at-cpu"),
        pytest.param(replace(LIMITS, cpu_seconds=50.0, wall_seconds=0.02), id="at-the-wall-limit"),
    ],
)
async def test_a_program_that_nobody_can_count_is_ended(limits: Limits) -> None:
    counters = Vanishing(limits.memory_bytes, limits.processes)
    tally = Tally(limits)
    killed = asyncio.Event()
    watch = Watch(counters, tally, lambda _: None, killed.set)
    watch.before_start(0.0)
    watch.started()
    counters.is_gone = True

    async with asyncio.timeout(50):
        await killed.wait()
    with pytest.raises(BackendUnavailableError, match=r"could not be counted: .*No such device"):
        tally.outcome(NOTHING)
