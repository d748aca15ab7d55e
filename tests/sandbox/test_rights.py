"""Giving up root for real: each test does it in a process of its own, which tells what it is then."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandbox import host
from tests.sandbox.giving_up import ROOT, WHO, as_root, start

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(120)]

STATUS = """
give_up(who, readable=ours, writable=place / "home/data")
lines = (line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({name: value.split() for name, value in lines}))
"""


@as_root
def test_a_process_that_gave_up_root_has_nothing_left_of_it(place: Path) -> None:
    status = start(STATUS, place)

    assert status["Uid"] == [str(WHO.service_uid)] * 4
    assert status["Gid"] == [str(WHO.service_gid)] * 4
    assert status["Groups"] == []
    held = {int(status[f"Cap{which}"][0], 16) for which in ("Inh", "Prm", "Eff", "Amb")}
    assert held == {0}
    assert status["NoNewPrivs"] == ["1"]


def test_an_ordinary_user_only_closes_the_process(place: Path) -> None:
    program = """
    who = Identity(uid_base=0, uid_count=0, service_uid=os.getuid(), service_gid=os.getgid())
    before = os.getresuid(), os.getresgid(), os.getgroups(), os.readlink("/proc/self/ns/mnt")
    closed = os.stat("/proc/self/environ").st_uid, os.getuid()
    give_up(who, readable=ours, writable=place / "home/new")
    after = os.getresuid(), os.getresgid(), os.getgroups(), os.readlink("/proc/self/ns/mnt")
    import ctypes
    dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
    print(json.dumps([before == after, dumpable, (place / "home/new").exists()]))
    """
    assert start(program, place) == [True, 0, False]


@as_root
def test_nobody_of_the_same_user_reads_its_memory_or_environment(place: Path) -> None:
    program = """
    import subprocess
    give_up(who, readable=ours, writable=place / "home/data")
    spy = f"cat /proc/{os.getpid()}/environ; cat /proc/{os.getpid()}/maps; ls /proc/{os.getpid()}/fd"
    done = subprocess.run(["/bin/sh", "-c", spy], capture_output=True, text=True)
    print(json.dumps([done.stdout, done.stderr.count("Permission denied")]))
    """
    assert start(program, place) == ["", 3]


WITHOUT_NAMESPACES = """
from executor.sandbox.inside import kernel
kernel.set_capabilities(1 << kernel.CAP_SETUID | 1 << kernel.CAP_SETGID | 0b11)  # CHOWN, DAC_OVERRIDE
try:
    give_up(who, readable=ours, writable=place / {folder!r})
except Exception as error:
    print(json.dumps(str(error)))
else:
    print(json.dumps(os.getresuid()))
"""


@as_root
def test_root_of_a_container_gives_it_up_where_nothing_is_closed(place: Path) -> None:
    (place / "data").mkdir()
    program = WITHOUT_NAMESPACES.format(folder="data")
    assert start(program, place) == [WHO.service_uid] * 3


@as_root
def test_root_of_a_container_is_told_which_folder_is_closed(place: Path) -> None:
    said = start(WITHOUT_NAMESPACES.format(folder="home/data"), place)
    assert said.endswith(f"cannot enter {place}/home; run: chmod o+x {place}/home")


@as_root
def test_with_an_early_launcher_the_rest_runs_programs_without_root(place: Path) -> None:
    program = f"""
    import asyncio
    from executor import Job, SourceFile
    from executor.config import ExecutorConfig
    from executor.factory import give_up_rights, launch_early, open_executor
    from executor.models import LimitsRequest

    config = ExecutorConfig(data_dir=place / "home/data", uid_base={host.UID_BASE})
    launched = launch_early(config)
    give_up_rights(launched, config)

    async def one(executor, source, **limits):
        file = SourceFile(path="main.py", content=source.encode())
        job = Job(id="1", language="python", files=(file,), run_limits=LimitsRequest(**limits))
        result = await (await executor.start(job)).result()
        return [result.status, result.steps[-1].stdout.decode()]

    async def main():
        async with open_executor(config, launched=launched, languages=("python",)) as executor:
            return [
                await one(executor, "print('hi')"),
                await one(executor, "while True: pass", cpu_seconds=0.2),
                await one(executor, "import time; time.sleep(60)", wall_seconds=0.2),
                await one(executor, "x = b'x' * (1 << 29)"),
                os.getresuid(),
            ]

    print(json.dumps(asyncio.run(main())))
    """
    before = host.snapshot()

    answer = start(program, place)

    assert answer == [
        ["ok", "hi\n"], ["cpu_limit", ""], ["time_limit", ""], ["memory_limit", ""],
        [WHO.service_uid] * 3,
    ]  # fmt: skip
    host.assert_nothing_left(before)


@as_root
def test_of_codecage_up_only_the_launcher_stays_root(place: Path) -> None:
    before = host.snapshot()
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "bot.cli", "up"],
            cwd=place,
            env={
                "PYTHONPATH": str(ROOT),
                "PATH": os.environ["PATH"],
                "CODECAGE_DATA_DIR": str(place / "home/data"),
                "CODECAGE_EXECUTOR_UID_BASE": str(host.UID_BASE),
            },
            stdout=subprocess.PIPE,
            stderr=log,
        )
    try:
        assert process.stdout is not None
        assert b"http://127.0.0.1:" in process.stdout.readline()
        family = host.descendants(process.pid)
        roots = [pid for pid in family if host.uid(pid) == 0]

        assert [host.command(pid).split()[0] for pid in roots] == ["/usr/bin/python3"]
        assert "<codecage launcher>" in host.command(roots[0])
        assert host.uid(process.pid) == WHO.service_uid
    finally:
        process.terminate()
        process.communicate()
    assert process.returncode == 0, (place / "log").read_text()
    host.assert_nothing_left(before)
