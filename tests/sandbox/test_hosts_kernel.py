"""What a program must not make the host's kernel do, as the host counts it. tests/vm has the rest."""

import os
from pathlib import Path

import pytest

from tests.attacks.hostwork import flushes, resident_share
from tests.sandbox.conftest import Cage, printed, python

pytestmark = [pytest.mark.sandbox, pytest.mark.asyncio]
MANY = 20_000
FLUSH = f"""
import os
file, folder = os.open("/usr/bin/env", os.O_RDONLY), os.open("/usr", os.O_RDONLY)
for _ in range({MANY // 2}):
    os.fsync(file)
    os.fdatasync(folder)
print("done")
"""
FORGET = """
import mmap, os, sys
shared = os.open(sys.argv[1], os.O_RDONLY)
pages = mmap.mmap(shared, 0, mmap.MAP_SHARED, mmap.PROT_READ)
for advice in (20, 21):  # COLD, PAGEOUT
    pages.madvise(advice)
pages.close()
os.posix_fadvise(shared, 0, 0, os.POSIX_FADV_DONTNEED)
print("done")
"""


def _large_file() -> Path:
    """Return a file of the host that no process has mapped, all of it read."""
    sizes = {path: path.stat().st_size for path in Path("/usr/share").glob("*/*") if path.is_file()}
    _, path = max((size, path) for path, size in sizes.items() if size < 1 << 26)
    path.read_bytes()
    return path


async def test_no_disk_of_the_host_is_flushed(cage: Cage) -> None:
    before = flushes()

    outcome = await cage.run(python(FLUSH))

    assert printed(outcome) == "done\n"
    assert flushes() - before < MANY / 2  # others on this machine flush, too


@pytest.mark.skipif(os.getuid() != 0, reason="only root may ask what is in the cache")
async def test_nothing_is_dropped_from_the_hosts_page_cache(cage: Cage) -> None:
    shared = _large_file()
    assert resident_share(shared) > 0.9

    outcome = await cage.run(python(FORGET, args=(str(shared),)))

    assert printed(outcome) == "done\n"
    assert resident_share(shared) > 0.5  # the machine may have needed some of it


async def test_no_group_of_cgroup_v1_is_swapped_out(cage: Cage) -> None:
    if cage.backend.facts.cgroup_version != 1:
        pytest.skip("this machine has cgroup v2, where swap is counted")
    async with cage.box() as box:
        group = Path(cage.backend.facts.cgroup_paths["memory"], f"slot-{box.slot}")

        assert (group / "memory.swappiness").read_text() == "0\n"
