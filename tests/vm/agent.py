"""Runs in the virtual machine: takes commands from a serial line and sends back what they print.

A request is a line of JSON: {"argv": [...]}. Answers are lines of JSON: {"line": text} for each line
printed, then {"exit": status}. The first line is {"ready": kernel release}.
"""

import io
import json
import os
import subprocess
import sys
import tty


class Agent:
    """Answers on ``line`` until it is closed."""

    def __init__(self, line: io.RawIOBase) -> None:
        self._line = line

    def serve(self) -> None:
        """Take requests, one after the other."""
        self._answer({"ready": os.uname().release})
        pending = b""
        while data := self._line.read(65536):
            *requests, pending = (pending + data).split(b"\n")
            for request in requests:
                self._run(json.loads(request)["argv"])

    def _run(self, argv: list[str]) -> None:
        with subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            for text in process.stdout or ():
                self._answer({"line": text.decode(errors="replace").rstrip("\n")})
        self._answer({"exit": process.returncode})

    def _answer(self, document: dict[str, object]) -> None:
        data = json.dumps(document).encode() + b"\n"
        while data:
            data = data[self._line.write(data) or 0 :]


descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
tty.setraw(descriptor)
Agent(io.FileIO(descriptor, "r+")).serve()
