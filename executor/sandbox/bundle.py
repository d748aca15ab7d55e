"""Packs the code of launcher and runner into one source text that travels by descriptor.

The launcher is root and its interpreter starts isolated: it must not import from a path that
somebody else could write or that an unprivileged process cannot read.
"""

import base64
import importlib.resources
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_INSIDE = (
    "frames", "kernel", "root", "context", "meter", "prefault", "artifacts", "selfcheck", "program",
    "init", "template",
)  # fmt: skip
_LAUNCHER = (
    "hierarchies",
    "requests",
    "cgroup",
    "tree",
    "instances",
    "idmaps",
    "stage1",
    "children",
    "starting",
    "runners",
    "main",
)

_LOADER = """\
import sys, types
def _load(sources):
    for name in ("executor", "executor.sandbox", "executor.sandbox.inside", "executor.sandbox.launcher"):
        package = types.ModuleType(name)
        package.__path__ = []
        sys.modules[name] = package
    for name, text in sources:
        module = types.ModuleType(name)
        sys.modules[name] = module
        exec(compile(text, "<" + name + ">", "exec", dont_inherit=True), module.__dict__)
        setattr(sys.modules[name.rpartition(".")[0]], name.rpartition(".")[2], module)
"""


def _sources(package: str, names: Iterable[str]) -> list[tuple[str, str]]:
    folder = importlib.resources.files(package)
    return [(f"{package}.{n}", folder.joinpath(f"{n}.py").read_text("utf-8")) for n in names]


def launcher_source(channel_descriptor: int, config: Mapping[str, Any]) -> bytes:
    """Return what the launcher's interpreter executes; ``config`` must be JSON and hold no secret."""
    inside = _sources("executor.sandbox.inside", _INSIDE)
    launcher = _sources("executor.sandbox.launcher", _LAUNCHER)
    return (
        _LOADER
        + f"_load({[*inside, *launcher]!r})\n"
        + "import json\n"
        + "from executor.sandbox.launcher.main import main\n"
        + f"main({channel_descriptor}, json.loads({json.dumps(dict(config))!r}), "
        + f"{warm_source(base64.b64decode(config['seccomp']))!r})\n"
    ).encode()


def uncontained_source(
    answer: int, message: Sequence[int], descriptors: Sequence[int], seccomp: bytes
) -> bytes:
    """Return what the warden of a program without containment executes; see `inside.uncontained`."""
    inside = _sources("executor.sandbox.inside", (*_INSIDE, "uncontained"))
    return (
        _LOADER
        + f"_load({inside!r})\n"
        + "from executor.sandbox.inside.uncontained import main\n"
        + f"main({answer}, {list(message)!r}, {list(descriptors)!r}, {seccomp!r})\n"
    ).encode()


def warm_source(seccomp: bytes) -> bytes:
    """Return what a root's own interpreter executes while it waits for jobs.

    The launcher puts ``FACTS`` and ``CHANNEL`` in front of it.
    """
    inside = _sources("executor.sandbox.inside", (*_INSIDE, "warm"))
    return (
        "import sys\n_before = set(sys.modules)\n"
        + _LOADER
        + f"_load({inside!r})\n"
        + "from executor.sandbox.inside.warm import wait\n"
        + f"wait(CHANNEL, FACTS, {seccomp!r}, _before)\n"
    ).encode()
