"""Stage 2 in a root's own interpreter: waits for jobs inside `sitecustomize`, then *is* python3.

The process was started as `python3 /box/main.py`. It blocks during site import; a clone of it that
gets a job returns from here, and CPython goes on to run the file by its normal path: tracebacks,
`__main__`, argv and exit codes are the real ones.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import types
from typing import Any

from executor.sandbox.inside.context import Context
from executor.sandbox.inside.root import RootSpec
from executor.sandbox.inside.template import Template


def wait(channel: int, facts: dict[str, Any], seccomp: bytes, before: set[str]) -> None:
    """Serve spawn requests; return only in a process that has become a member's program."""
    os.set_inheritable(channel, False)
    open(os.devnull).close()  # Python 3.9 imports a module for its first text file: now it can
    spec = RootSpec("/", [], {}, facts["slots"], facts["single"], facts["proc"])
    Template(socket.socket(fileno=channel), Context(spec, seccomp, warm=True)).serve()
    _forget(before)


def _forget(before: set[str]) -> None:
    """Leave no trace of us in the interpreter that the member's program gets."""
    ours = {name: sys.modules.pop(name) for name in list(sys.modules) if name not in before}
    # Never freed: taking them apart would copy every page they share with the waiting interpreter.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(ours))
    sys.path[:] = [entry for entry in sys.path if "codecage-warm" not in entry]
    sys.path_importer_cache.clear()
    # The garbage collector passes over what the runner froze, and with it over all that a program's
    # own module would refer to: its last objects would never be finalized.
    main = types.ModuleType("__main__")
    vars(main).update(vars(sys.modules["__main__"]))
    sys.modules["__main__"] = main
