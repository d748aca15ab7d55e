"""The systemd units that every case runs in, and what must be true in each."""

import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

# The guest's python3 must be the one that .venv was made for: both are their Debian's.
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
_ENVIRONMENT_NAME = "CODECAGE_VM_WORLD"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A unit. ``level`` is the isolation level that must be reached in it."""

    name: str
    properties: tuple[str, ...]
    level: Literal["A", "B", "D"]
    single_uid: bool = False

    def __str__(self) -> str:
        return self.name


def _shipped() -> tuple[str, ...]:
    """Return what deploy/codecage.service lets and forbids, for the image's user with ids of its own."""
    file = Path(__file__).parents[2] / "deploy" / "codecage.service"
    lines = re.findall(r"^[A-Z]\w+=.*$", file.read_text(), re.MULTILINE)
    about_a_bot = (
        r"(Exec|Environment|LoadCredential|StateDirectory|Restart|Wants|After|WantedBy|Description)"
    )
    return tuple(
        "User=mapped" if line.startswith("User=") else line
        for line in lines
        if not re.match(about_a_bot, line)
    )


_DELEGATE = "Delegate=yes"
_PLAIN, _MAPPED = "User=plain", "User=mapped"  # users of the image: without and with /etc/subuid
_HARDENING = (
    "NoNewPrivileges=yes", "PrivateTmp=yes", "ProtectKernelTunables=yes", "ProtectProc=invisible",
)  # fmt: skip

ROOT = World(name="root-delegate", properties=(_DELEGATE,), level="A")
MAPPED = World(name="mapped-delegate", properties=(_MAPPED, _DELEGATE), level="A")
PLAIN = World(name="plain-delegate", properties=(_PLAIN, _DELEGATE), level="A", single_uid=True)
NO_DELEGATE = World(name="plain", properties=(_PLAIN,), level="B", single_uid=True)
ROOT_ALONE = World(name="root", properties=(), level="A")
HARDENED = World(
    name="hardened", properties=(_PLAIN, _DELEGATE, *_HARDENING), level="A", single_uid=True
)
HARDENED_MAPPED = World(
    name="hardened-mapped", properties=(_MAPPED, _DELEGATE, *_HARDENING), level="A", single_uid=True
)
PIDS_ONLY = World(
    name="proc-subset", properties=(_PLAIN, _DELEGATE, "ProcSubset=pid"), level="A", single_uid=True
)
READ_ONLY_CGROUP = World(
    name="protect-control-groups",
    properties=(_MAPPED, _DELEGATE, "ProtectControlGroups=yes"),
    level="B",
)
NO_HOSTNAME = World(
    name="protect-hostname", properties=(_PLAIN, _DELEGATE, "ProtectHostname=yes"), level="D"
)
NO_NAMESPACES = World(
    name="restrict-namespaces", properties=(_PLAIN, _DELEGATE, "RestrictNamespaces=yes"), level="D"
)
SHIPPED = World(name="shipped", properties=_shipped(), level="A")

MAIN = (ROOT, MAPPED, PLAIN, NO_DELEGATE)
DELEGATED = (ROOT, MAPPED, PLAIN)
ALL = (
    *MAIN,
    ROOT_ALONE,
    SHIPPED,
    HARDENED,
    HARDENED_MAPPED,
    PIDS_ONLY,
    READ_ONLY_CGROUP,
    NO_HOSTNAME,
    NO_NAMESPACES,
)

# Plugins are named one by one: each costs time in the emulated machine. Nothing may be written.
PYTEST = (
    "-q", "-p", "no:cacheprovider", "-p", "pytest_asyncio.plugin", "-p", "pytest_timeout",
    "-o", "timeout=600",
)  # fmt: skip


def here() -> World | None:
    """Return the unit that this process runs in, or None outside the virtual machine."""
    name = os.environ.get(_ENVIRONMENT_NAME)
    return next((world for world in ALL if world.name == name), None)


def command(world: World, nodes: list[str]) -> list[str]:
    """Return the command for the guest's root that runs ``nodes`` in ``world``."""
    site = f"/mnt/host/.venv/lib/python{PYTHON}/site-packages"
    unit = [f"--property={line}" for line in world.properties]
    environment = {
        _ENVIRONMENT_NAME: world.name,
        "HOME": "/srv",
        "PYTHONPATH": f"{site}:/mnt/host",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return [
        "systemd-run", "--quiet", "--wait", "--pipe", "--collect", f"--unit=cases-{world.name}",
        "--working-directory=/mnt/host", *unit,
        *(f"--setenv={name}={value}" for name, value in environment.items()),
        "/usr/bin/python3", "-B", "-m", "pytest", *PYTEST, "-m", "vm", *nodes,
    ]  # fmt: skip


REPORT = "@report "


def pack(document: dict[str, object]) -> str:
    """Return a line for `unpack`, on its own among pytest's dots."""
    return f"\n{REPORT}{json.dumps(document)}\n"


def unpack(line: str) -> dict[str, object] | None:
    """Return the document of a line by `pack`, None for any other line."""
    if not line.startswith(REPORT):
        return None
    document: dict[str, object] = json.loads(line.removeprefix(REPORT))
    return document
