"""What the executor may ask a launcher for, each request checked field by field before it is done. Pure.

The launcher may be root and whoever asks is not: nothing in a request becomes a path or a number
that the kernel gets before it was found to be of its type and within its range. A field too much is
refused like one too few. Who is asked for what is made of, roots, is told it once, at the start.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sized
from typing import Any, NamedTuple, TypeVar, Union

_MOST_RUNNERS = 1 << 31
_MOST_TEXT = 4096  # of a path, as in the kernel; of a variable of the environment
_MOST_CONTENT = 1 << 16
_MOST_ITEMS = 4096
_MOST_WEIGHT = 10000  # as in cgroup v2
_MOST_METER_MS = 60000
_Items = TypeVar("_Items", bound=Sized)


class RequestError(Exception):
    """A request that does not fit; the text says where."""


class Ceiling(NamedTuple):
    """What no sandbox may be held to more than, whoever asks: settled when the launcher is started.

    ``data_bytes`` and ``processes_of_user`` are the per-process limits behind memory and processes.
    """

    memory_bytes: int
    processes: int
    cpus: float
    disk_bytes: int
    inodes: int
    open_files: int
    data_bytes: int
    processes_of_user: int


class Limits(NamedTuple):
    """What a control group is to hold its processes to."""

    memory_bytes: int
    processes: int
    cpus: float


class Roots(NamedTuple):
    """What all roots are made of; ``warm`` is path and environment of the interpreter that waits."""

    base: str
    etc: list[str]
    etc_files: dict[str, str]
    warm: tuple[str, dict[str, str]] | None


class Start(NamedTuple):
    """Start a runner, whose sandboxes are forks of the waiting interpreter if it is ``warm``."""

    runner: int
    warm: bool
    proc: bool


class Spawn(NamedTuple):
    """Make one sandbox; ``numbers`` are those of `inside.context.REQUEST` after the slot."""

    runner: int
    slot: int
    limits: Limits
    numbers: tuple[int, ...]


class Hold(NamedTuple):
    """Hold a sandbox to other limits."""

    slot: int
    limits: Limits


class Weigh(NamedTuple):
    """Give a sandbox another share of CPU."""

    slot: int
    weight: int


class Release(NamedTuple):
    """Prove that nothing of a sandbox is left."""

    slot: int


class Stop(NamedTuple):
    """End a runner."""

    runner: int


Request = Union[Roots, Start, Spawn, Hold, Weigh, Release, Stop]


class Parser:
    """Reads requests for sandboxes in ``slots`` slots, none of them above ``ceiling``."""

    def __init__(self, slots: int, ceiling: Ceiling) -> None:
        self._slots = slots
        self._ceiling = ceiling
        self._readers: dict[str, tuple[set[str], Callable[[dict[str, Any]], Request]]] = {
            "roots": ({"base", "etc", "etc_files", "warm"}, self._roots),
            "runner": ({"runner", "warm", "proc"}, self._start),
            "spawn": ({"runner", "slot", "limits", "request"}, self._spawn),
            "limits": ({"slot", "limits"}, self._hold),
            "weight": ({"slot", "weight"}, self._weigh),
            "release": ({"slot"}, self._release),
            "stop_runner": ({"runner"}, self._stop),
        }

    def parse(self, message: bytes) -> Request:
        """Return what ``message`` asks for.

        Raises:
            RequestError: it is no request, or something in it does not fit.
        """
        try:
            body = json.loads(message)
        except (ValueError, RecursionError) as error:
            raise RequestError("a request must be JSON") from error
        if not isinstance(body, dict):
            raise RequestError("a request must be an object")
        name = body.pop("op", None)
        if not isinstance(name, str) or name not in self._readers:
            raise RequestError("op: unknown")
        fields, read = self._readers[name]
        _exactly(body, fields, name)
        return read(body)

    def _roots(self, body: dict[str, Any]) -> Roots:
        base, warm = body["base"], body["warm"]
        etc = [_below_etc(path) for path in _items(body["etc"], list, "etc")]
        files = _items(body["etc_files"], dict, "etc_files")
        for name, content in files.items():
            _below_etc("/etc/" + _text(name, "etc_files"))
            _text(content, "etc_files", _MOST_CONTENT)
        if warm is not None:
            warm = self._warm(warm)
        return Roots(_absolute(base, "base"), etc, files, warm)

    def _warm(self, body: object) -> tuple[str, dict[str, str]]:
        if not isinstance(body, dict):
            raise RequestError("warm: not an object")
        _exactly(body, {"path", "env"}, "warm")
        env = _items(body["env"], dict, "env")
        for name, value in env.items():
            if not _text(name, "env") or "=" in name:
                raise RequestError("env: not a name")
            _text(value, "env")
        return _absolute(body["path"], "warm"), env

    def _start(self, body: dict[str, Any]) -> Start:
        return Start(_runner(body), _flag(body, "warm"), _flag(body, "proc"))

    def _spawn(self, body: dict[str, Any]) -> Spawn:
        most = self._ceiling
        mosts = (
            most.processes_of_user, most.disk_bytes, most.inodes, most.open_files,
            most.data_bytes, _MOST_METER_MS,
        )  # fmt: skip
        numbers = body["request"]
        if not isinstance(numbers, list) or len(numbers) != len(mosts):
            raise RequestError(f"request: not {len(mosts)} numbers")
        return Spawn(
            _runner(body),
            self._slot(body),
            self._limits(body),
            tuple(_number(n, "request", 0, m) for n, m in zip(numbers, mosts)),
        )

    def _hold(self, body: dict[str, Any]) -> Hold:
        return Hold(self._slot(body), self._limits(body))

    def _weigh(self, body: dict[str, Any]) -> Weigh:
        return Weigh(self._slot(body), _number(body["weight"], "weight", 0, _MOST_WEIGHT))

    def _release(self, body: dict[str, Any]) -> Release:
        return Release(self._slot(body))

    def _stop(self, body: dict[str, Any]) -> Stop:
        return Stop(_runner(body))

    def _slot(self, body: dict[str, Any]) -> int:
        return _number(body["slot"], "slot", 0, self._slots - 1)

    def _limits(self, body: dict[str, Any]) -> Limits:
        limits = body["limits"]
        if not isinstance(limits, dict):
            raise RequestError("limits: not an object")
        _exactly(limits, set(Limits._fields), "limits")
        cpus = limits["cpus"]
        if type(cpus) not in (int, float) or not 0 < cpus <= self._ceiling.cpus:
            raise RequestError("cpus: not in range")
        return Limits(
            _number(limits["memory_bytes"], "memory_bytes", 1, self._ceiling.memory_bytes),
            _number(limits["processes"], "processes", 1, self._ceiling.processes),
            float(cpus),
        )


def _exactly(body: dict[str, Any], fields: set[str], what: str) -> None:
    if set(body) != fields:
        raise RequestError(f"{what}: not exactly these fields: {', '.join(sorted(fields))}")


def _number(value: object, what: str, least: int, most: float) -> int:
    if type(value) is not int or not least <= value <= most:  # True is no number here
        raise RequestError(f"{what}: not in range")
    return value


def _runner(body: dict[str, Any]) -> int:
    return _number(body["runner"], "runner", 0, _MOST_RUNNERS)


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body[name]
    if not isinstance(value, bool):
        raise RequestError(f"{name}: neither true nor false")
    return value


def _text(value: object, what: str, most: int = _MOST_TEXT) -> str:
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        raise RequestError(f"{what}: not a text that fits")
    try:
        value.encode()
    except UnicodeEncodeError as error:  # half a surrogate pair
        raise RequestError(f"{what}: not a text that fits") from error
    return value


def _items(value: object, kind: type[_Items], what: str) -> _Items:
    if not isinstance(value, kind) or len(value) > _MOST_ITEMS:
        raise RequestError(f"{what}: not a {kind.__name__} that fits")
    return value


def _absolute(value: object, what: str) -> str:
    path = _text(value, what)
    if not path.startswith("/") or ".." in path.split("/"):
        raise RequestError(f"{what}: not an absolute path")
    return path


def _below_etc(value: object) -> str:
    path = _absolute(value, "etc")
    folders = path.split("/")
    if folders[1] != "etc" or len(folders) < 3 or not all(folders[2:]) or "." in folders:
        raise RequestError("etc: not a path below /etc")
    return path
