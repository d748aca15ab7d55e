"""Whatever a launcher is asked for: a request within its ranges, or the one error."""

import json
from typing import Final

from executor.sandbox.launcher import requests
from executor.sandbox.launcher.requests import Ceiling, Limits, Parser, RequestError

SLOTS: Final = 4
CEILING: Final = Ceiling(
    memory_bytes=1 << 30,
    processes=64,
    cpus=2.0,
    disk_bytes=1 << 26,
    inodes=4096,
    open_files=512,
    data_bytes=1 << 33,
    processes_of_user=4096,
)
LIMITS: Final = {"memory_bytes": 1 << 26, "processes": 16, "cpus": 1.0}
VALID: Final[tuple[dict[str, object], ...]] = (
    {"op": "roots", "base": "/", "etc": ["/etc/alternatives"], "etc_files": {"a/b": "c"},
     "warm": {"path": "/usr/bin/python3", "env": {"TZ": "UTC"}}},
    {"op": "roots", "base": "/srv/image", "etc": [], "etc_files": {}, "warm": None},
    {"op": "runner", "runner": 0, "warm": True, "proc": False},
    {"op": "spawn", "runner": 7, "slot": 3, "limits": LIMITS, "request": [80, 1 << 24, 99, 64, 0, 50]},
    {"op": "limits", "slot": 0, "limits": {**LIMITS, "cpus": 2}},
    {"op": "weight", "slot": 0, "weight": 100},
    {"op": "release", "slot": 3},
    {"op": "stop_runner", "runner": 0},
)  # fmt: skip
SEEDS: Final = (*(json.dumps(one).encode() for one in VALID), b"", b"[" * 5000, b'{"op": NaN}')
_PARSER: Final = Parser(SLOTS, CEILING)


def one(data: bytes) -> None:
    """Read one request and look at what is taken of it."""
    try:
        request = _PARSER.parse(data)
    except RequestError:
        return
    check(request)


def check(request: requests.Request) -> None:
    """Check that every number is one, and in its range, and that no path leaves its place."""
    slot = getattr(request, "slot", 0)
    assert type(slot) is int
    assert 0 <= slot < SLOTS
    limits = getattr(request, "limits", None)
    if limits is not None:
        _check_limits(limits)
    if isinstance(request, requests.Spawn):
        most = (4096, CEILING.disk_bytes, CEILING.inodes, CEILING.open_files, CEILING.data_bytes)
        assert all(0 <= got <= top for got, top in zip(request.numbers, most, strict=False))
    if isinstance(request, requests.Weigh):
        assert 0 <= request.weight <= 10000
    if isinstance(request, requests.Roots):
        for path in (*request.etc, *(f"/etc/{name}" for name in request.etc_files)):
            assert path.startswith("/etc/")
            assert not {"", ".", ".."} & set(path.split("/")[1:])


def _check_limits(limits: Limits) -> None:
    assert 0 < limits.memory_bytes <= CEILING.memory_bytes
    assert 0 < limits.processes <= CEILING.processes
    assert 0 < limits.cpus <= CEILING.cpus
