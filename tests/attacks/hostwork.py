"""What the host's kernel did, as the host counts it."""

import ctypes
import mmap
from pathlib import Path
from typing import Final

_LIBC: Final = ctypes.CDLL(None, use_errno=True)
_NAME, _FLUSHES = 2, 18  # columns, see the kernel's Documentation/admin-guide/iostats.rst


def flushes() -> int:
    """Return how many flushes the host's disks were asked for since the boot."""
    rows = (line.split() for line in Path("/proc/diskstats").read_text().splitlines())
    return sum(int(row[_FLUSHES]) for row in rows if len(row) > _FLUSHES)


def resident_share(path: Path) -> float:
    """Return which part of a file is in the page cache; the caller must own it or be root."""
    with path.open("rb") as file:
        size = path.stat().st_size
        pages = mmap.mmap(file.fileno(), size, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE)
    count = -(-size // mmap.PAGESIZE)
    answer = (ctypes.c_ubyte * count)()
    first = ctypes.c_char.from_buffer(pages)
    result = _LIBC.mincore(ctypes.byref(first), ctypes.c_size_t(size), answer)
    del first  # or the mapping could not be closed
    pages.close()
    if result:
        raise OSError(ctypes.get_errno(), "mincore")
    return sum(each & 1 for each in answer) / count
