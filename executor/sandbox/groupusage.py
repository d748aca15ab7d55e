"""Reads what all programs together use, from the cgroup above those of the sandboxes."""

from pathlib import Path
from typing import Final

from executor.models import GroupUsage
from executor.sandbox.settings import Facts

# By version: controller and file of the CPU time, the memory in use, and the most there ever was.
_FILES: Final = {
    1: (
        ("cpuacct", "cpuacct.usage"),
        ("memory", "memory.usage_in_bytes"),
        ("memory", "memory.max_usage_in_bytes"),
    ),
    2: (("cpu", "cpu.stat"), ("memory", "memory.current"), ("memory", "memory.peak")),
}


def read_usage(facts: Facts) -> GroupUsage | None:
    """Return what the programs use, `None` where no cgroup counts or it cannot be read."""
    if not facts.cgroup_version:
        return None
    cpu, memory, peak = (
        Path(facts.cgroup_paths[controller], name)
        for controller, name in _FILES[facts.cgroup_version]
    )
    try:
        return GroupUsage(
            cpu_seconds=_cpu_seconds(cpu.read_text(), facts.cgroup_version),
            memory_bytes=int(memory.read_text()),
            peak_bytes=int(peak.read_text()) if peak.exists() else None,
        )
    except OSError:  # the launcher has ended, or /sys is hidden from us
        return None


def _cpu_seconds(text: str, version: int) -> float:
    if version == 1:
        return int(text) / 1e9
    fields = dict(line.split(" ", 1) for line in text.splitlines())
    return int(fields["usage_usec"]) / 1e6
