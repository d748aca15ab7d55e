import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from executor.sandbox.counters import CgroupCounters, MeteredCounters
from executor.sandbox.inside import frames

V1 = {
    "cpu": "1500000000\n",
    "peak": "123456789\n",
    "oom": "oom_kill_disable 0\nunder_oom 1\noom_kill 2\n",
    "pids": "max 3\n",
}
V1_CALM = {**V1, "oom": "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n", "pids": "max 0\n"}
V2 = {
    "cpu": "usage_usec 1500000\nuser_usec 1000000\nsystem_usec 500000\nnr_periods 7\n",
    "peak": "123456789\n",
    "oom": "low 0\nhigh 0\nmax 5\noom 3\noom_kill 2\noom_group_kill 1\n",
    "pids": "max 3\n",
}
V2_CALM = {**V2, "oom": "low 0\nhigh 0\nmax 5\noom 0\noom_kill 0\noom_group_kill 0\n", "pids": ""}


def opened(folder: Path, files: Mapping[str, str]) -> dict[str, int]:
    descriptors = {}
    for name, text in files.items():
        (folder / name).write_text(text)
        descriptors[name] = os.open(folder / name, os.O_RDONLY)
    return descriptors


@pytest.mark.parametrize(
    ("version", "files", "is_troubled"),
    [
        pytest.param(1, V1, True, id="v1"),
        pytest.param(1, V1_CALM, False, id="v1-calm"),
        pytest.param(2, V2, True, id="v2"),
        pytest.param(2, V2_CALM, False, id="v2-calm"),
    ],
)
def test_control_files_are_read(
    tmp_path: Path, version: int, files: dict[str, str], is_troubled: bool
) -> None:
    counters = CgroupCounters(version, opened(tmp_path, files))
    assert counters.cpu_seconds() == 1.5
    assert counters.peak_bytes() == 123456789
    assert counters.out_of_memory() is is_troubled
    assert (counters.refused_forks() > 0) is is_troubled
    counters.close()


def test_control_files_are_read_again_each_time(tmp_path: Path) -> None:
    counters = CgroupCounters(1, opened(tmp_path, V1))
    assert counters.cpu_seconds() == 1.5
    (tmp_path / "cpu").write_text("2500000000\n")
    assert counters.cpu_seconds() == 2.5
    counters.close()


def test_an_older_kernel_knows_no_peak(tmp_path: Path) -> None:
    files = {name: text for name, text in V2.items() if name != "peak"}
    counters = CgroupCounters(2, opened(tmp_path, files))
    assert counters.peak_bytes() == 0
    counters.close()


def test_closing_lets_go_of_every_descriptor(tmp_path: Path) -> None:
    descriptors = opened(tmp_path, V1)
    counters = CgroupCounters(1, descriptors)
    counters.close()
    counters.close()
    for descriptor in descriptors.values():
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)


class TestMetered:
    def test_nothing_was_used_before_the_first_sample(self) -> None:
        counters = MeteredCounters(1000, 4)
        assert (counters.cpu_seconds(), counters.peak_bytes()) == (0.0, 0)
        assert not counters.out_of_memory()
        assert counters.refused_forks() == 0

    def test_the_largest_sample_of_each_counts(self) -> None:
        counters = MeteredCounters(1000, 4)
        for sample in ((2_000_000, 500, 1), (1_000_000, 900, 3), (1_500_000, 100, 2)):
            counters.sample(frames.METER_BODY.pack(*sample))
        assert (counters.cpu_seconds(), counters.peak_bytes()) == (2.0, 900)
        assert not counters.out_of_memory()
        assert counters.refused_forks() == 0

    def test_the_sum_over_all_reaped_processes_completes_the_cpu_time(self) -> None:
        counters = MeteredCounters(1000, 4)
        counters.sample(frames.METER_BODY.pack(1_000_000, 0, 1))
        counters.cpu_at_end(3_000_000)
        counters.cpu_at_end(500_000)
        assert counters.cpu_seconds() == 3.0

    @pytest.mark.parametrize(("memory", "is_too_much"), [(1000, False), (1001, True)])
    def test_memory_above_the_limit_is_too_much(self, memory: int, is_too_much: bool) -> None:
        counters = MeteredCounters(1000, 4)
        counters.sample(frames.METER_BODY.pack(0, memory, 1))
        counters.sample(frames.METER_BODY.pack(0, 1, 1))
        assert counters.out_of_memory() is is_too_much

    @pytest.mark.parametrize(("processes", "is_refused"), [(3, False), (4, True), (5, True)])
    def test_all_allowed_processes_at_once_mean_that_one_more_was_refused(
        self, processes: int, is_refused: bool
    ) -> None:
        counters = MeteredCounters(1000, 4)
        counters.sample(frames.METER_BODY.pack(0, 0, processes))
        assert (counters.refused_forks() > 0) is is_refused

    @pytest.mark.parametrize(("processes", "is_too_many"), [(4, False), (5, True)])
    def test_more_processes_than_allowed_are_known_for_good(
        self, processes: int, is_too_many: bool
    ) -> None:
        counters = MeteredCounters(1000, 4)
        counters.sample(frames.METER_BODY.pack(0, 0, processes))
        counters.sample(frames.METER_BODY.pack(0, 0, 1))
        assert counters.too_many_processes() is is_too_many

    @pytest.mark.parametrize("cut", [0, frames.METER_BODY.size - 1])
    def test_a_sample_that_is_cut_short_is_a_fault(self, cut: int) -> None:
        with pytest.raises(frames.FrameError):
            MeteredCounters(1000, 4).sample(frames.METER_BODY.pack(1, 2, 3)[:cut])
