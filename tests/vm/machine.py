"""A running virtual machine: QEMU without hardware help, and commands over its second serial line."""

import contextlib
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.attacks import compiled
from tests.vm.image import Image

CHECKOUT = Path(__file__).parents[2]
SHARE = Path("/mnt/host")  # where the guest has its copy of the checkout
PROGRAMS = SHARE / "programs"  # and what was compiled for it
BOOT_SECONDS = 180.0
# The kernel refuses a program more than there could ever be, before any limit of ours is asked.
_MEMORY_MIB = 3072
_PARTS = ("bot", "deploy", "executor", "languages", "tests")
_SHARE = "local,path={path},mount_tag={tag},security_model=none,readonly=on"


class MachineError(Exception):
    """The virtual machine did not do what it was asked; the text has the end of its console."""


class Machine:
    """Runs commands in the guest, one at a time.

    Args:
        process: QEMU, whose standard input and output are the guest's second serial line.
        console: the file that holds the guest's console.
    """

    def __init__(self, process: subprocess.Popen[bytes], console: Path) -> None:
        self._process = process
        self._console = console
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.kernel: str = self._answer(time.monotonic() + BOOT_SECONDS)["ready"]

    def run(
        self, argv: Sequence[str], *, seconds: float, on_line: Callable[[str], None] | None = None
    ) -> tuple[int, str]:
        """Run a command as the guest's root; return its status and what it printed.

        Raises:
            MachineError: it took longer than ``seconds``, or the machine ended.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"argv": list(argv)}).encode() + b"\n")
        self._process.stdin.flush()
        deadline = time.monotonic() + seconds
        lines: list[str] = []
        while "exit" not in (answer := self._answer(deadline)):
            lines.append(answer["line"])
            if on_line is not None:
                on_line(answer["line"])
        return answer["exit"], "\n".join(lines)

    def _answer(self, deadline: float) -> dict[str, Any]:
        try:
            answer = self._answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            answer = None
        if answer is None:
            end = self._console.read_text("utf-8", "replace")[-2000:]
            raise MachineError(
                f"the virtual machine does not answer; the end of its console:\n{end}"
            )
        return answer

    def _read(self) -> None:
        for line in _lines(self._process):
            with contextlib.suppress(json.JSONDecodeError):  # noise of the line's first moments
                self._answers.put(json.loads(line))
        self._answers.put(None)


def _copy_checkout(target: Path) -> Path:
    """Copy and compile what the guest needs, so that it is the same from the first case to the last."""
    for name in _PARTS:
        # With __pycache__, because compiling is slow there, but for what is being written just now.
        shutil.copytree(CHECKOUT / name, target / name, ignore=shutil.ignore_patterns("*.pyc.*"))
    shutil.copy(CHECKOUT / "pyproject.toml", target)
    (target / ".venv").mkdir()
    programs = target / PROGRAMS.name
    programs.mkdir()
    compiled.build(programs)
    return target


def _lines(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    assert process.stdout is not None
    yield from process.stdout


@contextlib.contextmanager
def boot(image: Image) -> Generator[Machine, None, None]:
    """Boot the machine, with a copy of this checkout at /mnt/host; end it on leaving, whatever happened.

    Changes to its disk are thrown away at the end.

    Raises:
        MachineError: it did not come up.
    """
    with tempfile.TemporaryDirectory(prefix="codecage-vm-") as folder:
        console = Path(folder) / "console"
        copy = _copy_checkout(Path(folder) / "host")
        argv = [
            "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max",
            "-smp", str(min(2, os.cpu_count() or 1)), "-m", str(_MEMORY_MIB),
            "-display", "none", "-monitor", "none", "-no-reboot", "-nic", "none",
            "-serial", f"file:{console}", "-serial", "stdio",
            "-kernel", str(image.kernel), "-initrd", str(image.initrd),
            "-append", "console=ttyS0 panic=-1 quiet systemd.show_status=0 mitigations=off"
            " no_timer_check",  # which panics where the host is too busy to be on time
            "-drive", f"file={image.disk},if=virtio,format=raw,snapshot=on",
            "-virtfs", _SHARE.format(path=copy, tag="host"),
            "-virtfs", _SHARE.format(path=CHECKOUT / ".venv", tag="venv"),
        ]  # fmt: skip
        process = subprocess.Popen(
            ["nice", "-n", "10", *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            yield Machine(process, console)
        finally:
            process.kill()
            process.communicate()
