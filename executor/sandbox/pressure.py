"""Whether the machine had CPU to spare while a program waited: the kernel's idle time tells."""

from dataclasses import dataclass
from pathlib import Path

# Times the limit: for a program that gets CPU now and then but too little, and for one that sleeps.
MOST_STRETCH = 10.0
SLEEPING_STRETCH = 3.0
# A program that used less of one CPU than this share since the last look is asleep: 32 runs that
# compete for two cores get thirty times as much each.
_SLEEPING_SHARE = 0.002
# Below this share of idle CPU the machine counts as oversubscribed: a sleeping program on an
# otherwise idle two-core machine sees 1.0, one beside two busy loops 0.0.
IDLE_ENOUGH = 0.1
_STAT = Path("/proc/stat")


@dataclass(frozen=True, slots=True)
class CpuTimes:
    """Ticks since boot over all cores, as in the first line of /proc/stat (proc(5))."""

    idle: int
    total: int


def parse(text: str) -> CpuTimes:
    """Read the `cpu` line: user nice system idle iowait irq softirq steal …."""
    fields = [int(field) for field in text.split("\n", 1)[0].split()[1:9]]
    return CpuTimes(idle=fields[3] + fields[4], total=sum(fields))


def read() -> CpuTimes:
    """Return the machine's CPU times now.

    Always the same where the file is hidden, as by ProcSubset=pid in a systemd unit: limits hold
    there without being stretched.
    """
    try:
        return parse(_STAT.read_text("ascii"))
    except OSError:
        return CpuTimes(idle=0, total=0)


def idle_share(before: CpuTimes, after: CpuTimes) -> float:
    """Return the idle share between two readings; 1.0 when no tick has passed."""
    total = after.total - before.total
    return (after.idle - before.idle) / total if total > 0 else 1.0


def more_wall_seconds(
    *, limit_seconds: float, elapsed_seconds: float, idle: float, cpu_share: float
) -> float:
    """Return how much longer a program at its wall limit may run: 0 means it ends now.

    Only while the machine is oversubscribed, and to `MOST_STRETCH` times the limit at most.

    Args:
        limit_seconds: its limit.
        elapsed_seconds: since its start.
        idle: the machine's idle share since then.
        cpu_share: what the program itself got of one CPU since the last look.
    """
    if idle >= IDLE_ENOUGH:
        return 0.0
    most = MOST_STRETCH if cpu_share >= _SLEEPING_SHARE else SLEEPING_STRETCH
    return max(0.0, min(limit_seconds / 4, limit_seconds * most - elapsed_seconds))
