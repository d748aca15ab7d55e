"""What all programs together use, read from files as the two versions of cgroups have them."""

from pathlib import Path

import pytest

from executor.models import GroupUsage
from executor.sandbox.groupusage import read_usage
from executor.sandbox.settings import Facts

V1 = {
    "cpuacct/cpuacct.usage": "2500000000\n",
    "memory/memory.usage_in_bytes": "4096\n",
    "memory/memory.max_usage_in_bytes": "8192\n",
}
V2 = {
    "cpu.stat": "usage_usec 2500000\nuser_usec 1\nsystem_usec 2\n",
    "memory.current": "4096\n",
    "memory.peak": "8192\n",
}


def facts(folder: Path, version: int, files: dict[str, str]) -> Facts:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    own = {
        c: str(folder / c) if version == 1 else str(folder) for c in ("cpu", "cpuacct", "memory")
    }
    return Facts(cgroup_version=version, cgroup_paths=own, why_no_cgroup="", single_uid=False)


@pytest.mark.parametrize(("version", "files"), [(1, V1), (2, V2)], ids=["v1", "v2"])
def test_time_and_memory_are_read(tmp_path: Path, version: int, files: dict[str, str]) -> None:
    usage = read_usage(facts(tmp_path, version, files))
    assert usage == GroupUsage(cpu_seconds=2.5, memory_bytes=4096, peak_bytes=8192)


def test_an_older_kernel_remembers_no_peak(tmp_path: Path) -> None:
    older = {name: text for name, text in V2.items() if name != "memory.peak"}
    usage = read_usage(facts(tmp_path, 2, older))
    assert usage == GroupUsage(cpu_seconds=2.5, memory_bytes=4096, peak_bytes=None)


@pytest.mark.parametrize("version", [0, 1, 2], ids=["no cgroup", "v1 is gone", "v2 is gone"])
def test_where_nothing_counts_nothing_is_said(tmp_path: Path, version: int) -> None:
    assert read_usage(facts(tmp_path, version, {})) is None
