"""Things of the host that no program may touch, and whether one did."""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_SHARED: Final = "/tmp"  # noqa: S108 - where sandboxes have one of their own


@dataclass(slots=True)
class Canaries:
    """Things of the host that no program may touch."""

    folder: Path
    process: subprocess.Popen[bytes]
    listeners: tuple[socket.socket, ...]
    abstract: str
    files: dict[Path, str]
    secret: str
    settings: dict[str, str] = field(default_factory=dict)

    def hints(self) -> dict[str, str]:
        """Return what programs are told, so that they know where to aim."""
        return {
            "CANARY_PORT": str(self.listeners[0].getsockname()[1]),
            "CANARY_ABSTRACT": self.abstract,
            "CANARY_PID": str(self.process.pid),
            "CANARY_FILES": ":".join(map(str, self.files)),
        }

    def complaints(self) -> list[str]:
        """Return what was touched."""
        found = []
        if self.process.poll() is not None:
            found.append("the canary process is dead")
        for listener in self.listeners:
            with contextlib.suppress(BlockingIOError):
                listener.accept()
                found.append(f"somebody connected to {listener.getsockname()!r}")
        for path, text in self.files.items():
            if not path.exists() or path.read_text() != text:
                found.append(f"{path} was changed")
        if _settings() != self.settings:
            found.append(f"the host's settings changed: {_settings()}")
        return found


def _settings() -> dict[str, str]:
    """Return what of the host a program could turn if it got out of its namespaces."""
    # The clock against the one that cannot be set: how far apart they are must not change.
    apart = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    read = {
        name: Path("/proc/sys", name).read_text()
        for name in ("kernel/hostname", "kernel/core_pattern", "kernel/sysrq", "vm/drop_caches")
        if os.access(f"/proc/sys/{name}", os.R_OK)
    }
    return {**read, "clock": str(round(apart / 5))}


@contextlib.contextmanager
def canaries() -> Generator[Canaries, None, None]:
    """Put out the canaries."""
    # Where a test started us, its environment holds the secret, and /proc shows it as ours too.
    secret = os.environ.get("CODECAGE_TOKEN") or "codecage-canary-" + secrets.token_hex(16)
    abstract = "codecage-test-" + secrets.token_hex(8)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        files = {folder / "canary": secret, Path(_SHARED, abstract): secret}
        for path, text in files.items():
            path.touch(mode=0o600)
            path.write_text(text)
            stack.callback(path.unlink, missing_ok=True)
        listeners = []
        for kind, address in (
            (socket.AF_INET, ("127.0.0.1", 0)),
            (socket.AF_UNIX, "\0" + abstract),
        ):
            listener = stack.enter_context(socket.socket(kind))
            listener.bind(address)
            listener.listen()
            listener.setblocking(False)
            listeners.append(listener)
        process = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(900)"],
            env={**os.environ, "CODECAGE_TOKEN": secret},
        )
        stack.callback(process.wait)
        stack.callback(process.kill)
        os.environ["CODECAGE_TOKEN"] = secret
        stack.callback(os.environ.pop, "CODECAGE_TOKEN", None)
        yield Canaries(
            folder, process, tuple(listeners), abstract, files, secret, settings=_settings()
        )
