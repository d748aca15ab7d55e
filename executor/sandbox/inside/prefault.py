"""Pays for copy-on-write while a sandbox waits, so that the job does not.

A forked interpreter shares every page with its template; the first write to each costs a fault and
a copy. A sandbox that has had nothing to do for a moment writes to all of them ahead of time. One
that gets its job at once does not, because on a busy machine that would only be more work.
"""

from __future__ import annotations

import ctypes

_MADV_POPULATE_WRITE = 23  # Linux 5.14; refused before, which only means that nothing is gained
IDLE_MS = 3

_lib = ctypes.PyDLL(None)


def own_pages() -> None:
    """Make every private writable page of this process its own. Needs /proc."""
    try:
        with open("/proc/self/maps") as file:
            lines = file.readlines()
    except OSError:
        return
    for line in lines:
        span, rights = line.split(None, 2)[:2]
        if rights != "rw-p" or "[stack]" in line:
            continue
        start, end = (int(part, 16) for part in span.split("-"))
        _lib.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_POPULATE_WRITE)
