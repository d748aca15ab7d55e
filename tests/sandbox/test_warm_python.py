"""A program that continues in a waiting interpreter cannot tell it from `python3 main.py`.

Each program runs twice, in a sandbox that execs python3 and in one whose python3 waited for it:
both streams, the exit and the files it leaves must be the same.
"""

import asyncio
import signal
from dataclasses import replace

import pytest

from executor.models import SourceFile, Stream
from executor.sandbox.spec import Kind, Outcome, Program
from tests.sandbox import host
from tests.sandbox.conftest import ENV, LIMITS, SETTINGS, Cage, open_cage, printed, python, until

pytestmark = pytest.mark.sandbox

LOOK_AROUND = """
import sys, os
print(sorted(sys.modules))
print(sys.argv, sys.orig_argv, sys.path, sys.executable, sys.prefix, sys.flags, sys.warnoptions)
print(dict(os.environ), os.getcwd(), os.getpid() == os.getpgid(0) == os.getsid(0))
print([name for name in vars(sys.modules["__main__"])], __name__, __file__, __spec__)
print([type(finder).__name__ for finder in sys.meta_path], len(sys.path_hooks))
print([(s.encoding, s.errors, s.newlines, s.line_buffering, s.mode, s.seekable(), s.isatty())
       for s in (sys.stdin, sys.stdout)])
print(sys.stderr.encoding, sys.stderr.errors, sys.stderr.line_buffering, sys.stderr.isatty())
print([line for line in open("/proc/self/status") if line.startswith(("Sig", "Cap", "Sec", "NoNew"))])
print(open("/proc/self/comm").read(), os.umask(0), os.getpriority(os.PRIO_PROCESS, 0))
print(sorted(os.listdir("/proc/self/fd")), sorted(os.listdir("/box")), sorted(os.listdir("/tmp")))
"""
CAUGHT = """
import signal
print([(number, signal.getsignal(number)) for number in sorted(signal.valid_signals())])
"""
SUBPROCESS = """
import subprocess, sys
print(subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, text=True).stdout)
"""
MULTIPROCESSING = """
import multiprocessing as mp
def square(n): return n * n
if __name__ == "__main__":
    with mp.Pool(2) as pool:
        print(pool.map(square, range(5)))
    queue = mp.get_context("spawn").Queue()
    child = mp.get_context("spawn").Process(target=queue.put, args=(square(9),))
    child.start(); print(queue.get()); child.join(); print(child.exitcode)
"""
THREADS = """
import threading, concurrent.futures
print(threading.current_thread() is threading.main_thread(), threading.active_count())
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    print(sorted(pool.map(lambda n: n * n, range(6))))
threading.Thread(target=lambda: print("outlives main")).start()
"""
ASYNCIO = """
import asyncio
async def main():
    child = await asyncio.create_subprocess_exec("cat", stdin=-1, stdout=-1)
    print(await child.communicate(b"piped"), child.returncode)
    await asyncio.sleep(0)
asyncio.run(main())
"""
SIGNALS = """
import os, signal, time
try:
    os.kill(os.getpid(), signal.SIGINT); time.sleep(10)
except KeyboardInterrupt:
    print("interrupted")
signal.signal(signal.SIGTERM, lambda *_: print("told to end"))
os.kill(os.getpid(), signal.SIGTERM)
signal.signal(signal.SIGALRM, lambda *_: print("alarm"))
signal.setitimer(signal.ITIMER_REAL, 0.01); signal.pause()
"""
BROKEN_PIPE = "import os; r, w = os.pipe(); os.close(r); os.write(w, b'x')"
TOO_LARGE = "f = open('x', 'wb')\nf.truncate(2 ** 40)"
INPUT = """
import sys
print(repr(input()), repr(input("more? ")))
print(sys.stdin.readline(), [line for line in sys.stdin])
print(input())
"""
IMPORTS = """
import helper, package.deep
print(helper.__file__, helper.who(), package.deep.VALUE, sorted(__import__("os").listdir(".")))
"""
TRACEBACK = """
def inner(): return 1 / 0
def outer():
    try: inner()
    except ZeroDivisionError as error: raise ValueError("wörse") from error
outer()
"""
INTROSPECTION = """
import inspect, linecache, traceback
def f(): return traceback.extract_stack()
print([(frame.filename, frame.name, frame.line) for frame in f()])
print(inspect.getsource(f), inspect.stack()[-1].filename)
"""
STANDARD_LIBRARY = """
import ctypes, socket, select, struct, resource, enum, re, json, pickle, copyreg, dataclasses, typing
import decimal, fractions, random, hashlib, tempfile, pathlib, sqlite3, logging, contextlib, functools
class Colour(enum.Enum): RED = 1
print(pickle.loads(pickle.dumps([Colour.RED, re.compile("a+"), decimal.Decimal("1.5")])))
print(socket.AF_INET, socket.socket().family, select.POLLIN, ctypes.sizeof(ctypes.c_long))
print(random.Random(7).random(), hashlib.sha256(b"x").hexdigest(), json.dumps({"a": [1]}))
left, right = socket.socketpair(); left.sendall(b"hi"); print(right.recv(2))
logging.warning("to stderr")
print(ctypes.CDLL(None).getpid() == __import__("os").getpid())
"""
AT_THE_END = """
import atexit, sys, weakref
class Thing:
    def __del__(self): print("deleted")
thing = Thing()
weakref.finalize(thing, print, "finalized")
atexit.register(print, "bye")
sys.stdout.write("no newline")
"""

PROGRAMS = {
    "what-it-sees": LOOK_AROUND,
    "signal-handlers": CAUGHT,
    "subprocess": SUBPROCESS,
    "multiprocessing": MULTIPROCESSING,
    "threads": THREADS,
    "asyncio": ASYNCIO,
    "signals-to-itself": SIGNALS,
    "broken-pipe": BROKEN_PIPE,
    "file-too-large": TOO_LARGE,
    "input": INPUT,
    "job-modules": IMPORTS,
    "traceback": TRACEBACK,
    "introspection": INTROSPECTION,
    "standard-library": STANDARD_LIBRARY,
    "at-exit": AT_THE_END,
    "syntax-error": "print('never')\ndef f(:\n",
    "null-byte": "print(1)\0",
    "bad-encoding": "# -*- coding: utf-7777 -*-\n",
    "declared-encoding": "# -*- coding: latin-1 -*-\nprint('a')",
    "empty": "",
    "exit-text": "import sys; print('out'); sys.exit('a text')",
    "exit-number": "import sys; sys.exit(7)",
    "exit-none": "raise SystemExit",
    "exit-now": "import os; print('lost'); os._exit(3)",
    "abort": "import os; os.abort()",
    "segmentation-fault": "import ctypes; ctypes.string_at(0)",
    "keyboard-interrupt": "raise KeyboardInterrupt",
    "warning": "import warnings; warnings.warn('careful'); print(1 is 1)",
    "recursion": "def f(n): return f(n + 1)\nf(0)",
    "no-sitecustomize-of-ours": "import sitecustomize",
    "future": "from __future__ import annotations\nx: undefined = 1\nprint(__annotations__)",
    "main-by-name": "import __main__; print(__main__.__file__, vars(__main__) is globals())",
    "pickles-of-main": "import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))) is A)",
    "writes-files": "open('made', 'w').write('x'); import os; os.mkdir('d'); open('d/é', 'w')",
    "surrogates": "import sys; print(sys.argv[1:]); print(sys.stdin.read(3).encode())",
    "closed-stdout": "import sys; sys.stdout.close(); print('x', file=sys.stderr)",
    "hook": "import sys; sys.excepthook = lambda *a: print('hooked', a[0]); 1 / 0",
}
MODULES = (
    SourceFile(path="helper.py", content=b"def who(): return __name__"),
    SourceFile(path="package/deep.py", content=b"VALUE = 5"),
)


@pytest.mark.parametrize("source", [pytest.param(text, id=name) for name, text in PROGRAMS.items()])
async def test_it_runs_as_from_a_cold_start(cage: Cage, source: str) -> None:
    program = _with_input(python(source, *MODULES, args=("one", "zwö lf", "")))
    cold = await cage.run(program, Kind.GENERIC)
    warm = await cage.run(program, Kind.PYTHON)
    assert _seen(warm) == _seen(cold)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGXCPU"])
async def test_a_signal_that_nobody_handles_ends_a_program(
    cage: Cage, kind: Kind, name: str
) -> None:
    source = f"import os, signal, time; os.kill(os.getpid(), signal.{name}); time.sleep(30)"
    outcome = await cage.run(python(source), kind)
    assert outcome.signal == signal.Signals[name]


@pytest.mark.parametrize("kind", Kind)
async def test_a_program_can_end_its_children(cage: Cage, kind: Kind) -> None:
    source = """
import signal, subprocess
for number in (signal.SIGTERM, signal.SIGHUP):
    child = subprocess.Popen(["sleep", "30"])
    child.send_signal(number)
    print(child.wait())
"""
    assert printed(await cage.run(python(source), kind)) == "-15\n-1\n"


@pytest.mark.parametrize(
    "env",
    [
        pytest.param({**ENV, "PYTHONUNBUFFERED": "1"}, id="unbuffered"),
        pytest.param({**ENV, "SECRET": "a=b=c", "EMPTY": ""}, id="odd-values"),
    ],
)
async def test_it_gets_the_environment_of_its_job(cage: Cage, env: dict[str, str]) -> None:
    program = python("import os; print(dict(os.environ))", env=env)
    for kind in Kind:
        assert eval(printed(await cage.run(program, kind))) == env  # noqa: S307  # a dict of ours


async def test_two_programs_do_not_share_what_they_changed(cage: Cage) -> None:
    change = "import sys, builtins, os; sys.mine = builtins.mine = os.mine = 1; sys.path.clear()"
    look = "import sys, os; print(hasattr(sys, 'mine'), hasattr(os, 'mine'), 'mine' in dir(__builtins__))"
    await cage.run(python(change), Kind.PYTHON)
    assert printed(await cage.run(python(look), Kind.PYTHON)) == "False False False\n"


def _with_input(program: Program) -> Program:
    lines = b"first\nsecond\nthird\nfourth\n"
    return Program(argv=program.argv, env=program.env, files=program.files, stdin=lines)


def _seen(outcome: Outcome) -> dict[str, object]:
    return {
        "stdout": printed(outcome),
        "stderr": printed(outcome, Stream.STDERR),
        "exit": (outcome.exit_code, outcome.signal, outcome.failure),
        "files": {
            # compiled modules hold the time at which their source was written
            artifact.path: artifact.path if artifact.path.endswith(".pyc") else artifact.content
            for artifact in outcome.artifacts
        },
        "notes": outcome.notes,
    }


async def test_a_waiting_interpreter_is_replaced_while_its_programs_run() -> None:
    before = host.snapshot()
    slow = replace(python("input(); print('whole')"), interactive=True)
    seeds: list[str] = []
    async with open_cage(replace(SETTINGS, warm_runs=3)) as cage:
        async with cage.box(Kind.PYTHON) as first, asyncio.TaskGroup() as group:
            running = group.create_task(first.run(slow, LIMITS))
            async with asyncio.timeout(60):
                while (
                    len(set(seeds)) < 3
                ):  # the third one's, so that the second one was replaced too
                    outcome = await cage.run(python("print(hash('a'))"), Kind.PYTHON)
                    seeds.append(printed(outcome))
            first.queue_stdin(b"\n")
        assert printed(running.result()) == "whole\n"
        assert seeds[0] == seeds[1]
        # The one in use, and perhaps one that is to replace it.
        await until(lambda: len(host.children(cage.launcher.process.pid)) <= 2)
    host.assert_nothing_left(before)
