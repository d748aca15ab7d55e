"""Runs the attacks of `executor.attacks`, each in a sandbox of its own, and judges what came of them."""

import contextlib
import secrets
import socket
from collections.abc import Generator
from dataclasses import dataclass

from executor.attacks import ENV, Attack
from executor.models import Stream
from executor.sandbox.backend import Backend
from executor.sandbox.spec import Kind, Outcome, Program, SandboxSpec
from executor.verdict import classify


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What came of an attack; ``skipped`` when it could not be tried."""

    name: str
    held: bool
    detail: str
    skipped: bool = False

    def as_json(self) -> dict[str, object]:
        """Return it for `codecage doctor --json --attack`."""
        return {
            "name": self.name,
            "held": self.held,
            "skipped": self.skipped,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Canaries:
    """What no program may reach: two listeners of ours."""

    port: int
    name: str
    listeners: tuple[socket.socket, ...]

    def touched(self) -> bool:
        """Say whether somebody connected."""
        for listener in self.listeners:
            with contextlib.suppress(BlockingIOError):
                listener.accept()[0].close()
                return True
        return False


@contextlib.contextmanager
def canaries() -> Generator[Canaries, None, None]:
    """Listen on loopback and on an abstract socket, for as long as the context lasts."""
    name = "codecage-" + secrets.token_hex(8)
    with socket.socket() as tcp, socket.socket(socket.AF_UNIX) as abstract:
        tcp.bind(("127.0.0.1", 0))
        abstract.bind("\0" + name)
        for listener in (tcp, abstract):
            listener.listen()
            listener.setblocking(False)
        yield Canaries(port=tcp.getsockname()[1], name=name, listeners=(tcp, abstract))


async def attack_once(backend: Backend, attack: Attack, out: Canaries) -> Finding:
    """Run one attack in a sandbox of its own and say what came of it.

    Raises:
        BackendUnavailableError: there was no sandbox for it.
    """
    env = {**ENV, "PORT": str(out.port), "NAME": out.name}
    box = await backend.spawn(SandboxSpec(Kind.GENERIC, attack.limits))
    try:
        outcome = await box.run(Program(argv=attack.argv, env=env), attack.limits)
    finally:
        await backend.bury(box)
    return judge(attack, outcome, touched=out.touched() or box.slot in backend.quarantined)


def judge(attack: Attack, outcome: Outcome, *, touched: bool) -> Finding:
    """Say whether ``attack`` held. ``touched``: something outside was reached or is left."""
    status = classify(outcome, "run")
    if outcome.failure is not None:
        return Finding(name=attack.name, held=True, detail=outcome.failure, skipped=True)
    said = b"".join(c.data for c in outcome.output if c.stream is Stream.STDOUT)
    lines = said[:4096].decode("utf-8", "replace").splitlines()
    breach = next((line for line in lines if line.startswith("breach")), "")
    if breach or touched:
        return Finding(name=attack.name, held=False, detail=breach or "it reached the host")
    files = tuple(sorted(artifact.path for artifact in outcome.artifacts))
    if attack.files is not None and files != attack.files:
        return Finding(name=attack.name, held=False, detail=f"these files came out: {files}")
    if status not in attack.expected or (attack.says_held and "held" not in lines):
        return Finding(name=attack.name, held=False, detail=f"it ended as {status}")
    return Finding(name=attack.name, held=True, detail=f"it ended as {status}")
