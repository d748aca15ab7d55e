"""Giving up root for real: each test does it in a process of its own, which tells what it is then."""

import json
import os
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox import host

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(120)]
as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root has rights to give up")

ROOT = Path(__file__).resolve().parents[2]
WHO = host.who()
HEAD = f"""
import json, os, sys
from pathlib import Path
from executor.sandbox.identity import Identity
from executor.sandbox.rights import give_up

who = Identity(uid_base={WHO.uid_base}, uid_count={WHO.uid_count},
               service_uid={WHO.service_uid}, service_gid={WHO.service_gid})
ours = [Path(sys.prefix), Path(sys.base_prefix), Path({str(ROOT)!r})]

def tries(path):
    try:
        return sorted(os.listdir(path)) if os.path.isdir(path) else open(path).read()
    except OSError as error:
        return type(error).__name__
"""


@pytest.fixture
def place() -> Generator[Path, None, None]:
    """An open folder with a closed home: in it our code, a secret, and a data folder that exists."""
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder).resolve()
        top.chmod(0o755)
        home = top / "home"
        for name in ("code/lib", "secrets", "data"):
            (home / name).mkdir(parents=True)
        (home / "code/lib/module.py").write_text("code")
        (home / "secrets/key").write_text("secret")
        (home / "token").write_text("token")
        (home / "data/old").write_text("old")
        (home / "data").chmod(0o700)
        home.chmod(0o700)
        yield top


def start(program: str, place: Path, cwd: Path | None = None, umask: int = -1) -> Any:  # noqa: ANN401
    """Run ``program`` after `HEAD`, with ``place`` at hand; return what it printed as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", HEAD + f"place = Path({str(place)!r})\n" + textwrap.dedent(program)],
        cwd=cwd or "/",
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        umask=umask,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


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


@as_root
def test_of_a_closed_home_only_what_was_named_is_left(place: Path) -> None:
    program = """
    home = place / "home"
    give_up(who, readable=[*ours, home / "code", home / "token"], writable=home / "data")
    print(json.dumps({name: tries(home / name) for name in (
        "", "code/lib/module.py", "token", "secrets/key", "data/old")}))
    """
    assert start(program, place) == {
        "": ["code", "data", "token"],
        "code/lib/module.py": "code",
        "token": "token",
        "secrets/key": "FileNotFoundError",
        "data/old": "old",
    }


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


TAKES = """
try:
    give_up(who, readable=ours, writable=place / "home/data")
except Exception as error:
    print(json.dumps(str(error)))
else:
    print(json.dumps("taken"))
"""


@as_root
@pytest.mark.parametrize(
    ("owner", "way_out"),
    [
        pytest.param(1, "belongs to daemon; run this command as that user", id="an-account"),
        pytest.param(54321, "belongs to user 54321; run this command as that user", id="no-name"),
    ],
)
def test_a_data_folder_of_another_user_stays_that_users(
    place: Path, owner: int, way_out: str
) -> None:
    for path in (place / "home/data", place / "home/data/old"):
        os.chown(path, owner, owner)

    assert way_out in start(TAKES, place)
    assert {path.stat().st_uid for path in (place / "home/data", place / "home/data/old")} == {
        owner
    }


@as_root
@pytest.mark.parametrize("owner", [0, WHO.service_uid], ids=["roots", "its-own"])
def test_a_data_folder_that_is_roots_or_its_own_is_handed_over(place: Path, owner: int) -> None:
    os.chown(place / "home/data", owner, owner)

    assert start(TAKES, place) == "taken"
    assert (place / "home/data/old").stat().st_uid == WHO.service_uid


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
def test_a_link_in_a_closed_home_still_leads_to_what_was_named(place: Path) -> None:
    (place / "home/current").symlink_to("code")
    (place / "home/secrets/elsewhere").symlink_to(place / "home/current")
    program = """
    home = place / "home"
    give_up(who, readable=[*ours, home / "secrets/elsewhere/lib"], writable=home / "data")
    print(json.dumps([tries(home / "secrets/elsewhere/lib/module.py"), tries(home / "secrets"),
                      tries(home / "current/lib/module.py"), tries(home / "code")]))
    """
    assert start(program, place) == ["code", ["elsewhere"], "code", ["lib"]]


@as_root
def test_what_is_named_cannot_be_written(place: Path) -> None:
    program = """
    home = place / "home"
    give_up(who, readable=[*ours, home / "code", home / "token"], writable=home / "data")
    refused = []
    for name in ("new", "token", "code/new", "code/lib/module.py"):
        try:
            open(home / name, "w")
        except OSError as error:
            refused.append(type(error).__name__)
    (home / "data/new").write_text("mine")
    print(json.dumps(refused))
    """
    assert start(program, place) == ["PermissionError"] * 4
    assert (place / "home/data/new").read_text() == "mine"


@as_root
@pytest.mark.parametrize("umask", [0o022, 0o077], ids=["usual", "strict"])
def test_folders_on_the_way_are_open_whatever_the_umask(place: Path, umask: int) -> None:
    program = """
    deep = place / "home/code/lib"
    give_up(who, readable=[*ours, deep], writable=place / "home/data")
    print(json.dumps(tries(deep / "module.py")))
    """
    assert start(program, place, umask=umask) == "code"


@as_root
def test_the_host_sees_nothing_of_the_covering(place: Path) -> None:
    before = Path("/proc/self/mountinfo").read_text()
    program = """
    give_up(who, readable=[*ours, place / "home/code"], writable=place / "home/data")
    print(json.dumps(str(place / "home") in open("/proc/self/mountinfo").read()))
    """
    assert start(program, place) is True
    assert Path("/proc/self/mountinfo").read_text() == before
    assert sorted(path.name for path in (place / "home").iterdir()) == [
        "code", "data", "secrets", "token",
    ]  # fmt: skip


@as_root
@pytest.mark.parametrize("name", ["data", "fresh/data", "linked"])
def test_the_data_folder_is_handed_over(place: Path, name: str) -> None:
    (place / "home/linked").symlink_to("data")
    program = f"""
    data = place / "home/{name}"
    give_up(who, readable=ours, writable=data)
    (data / "new").write_text("x")
    (data / "old").write_text("changed")
    print(json.dumps(True))
    """
    assert start(program, place) is True
    data = (place / "home" / name).resolve()
    owners = {entry.stat().st_uid for entry in (data, *data.iterdir())}
    assert owners == {WHO.service_uid}
    assert data.stat().st_mode & 0o077 == 0


@as_root
def test_a_data_folder_around_our_code_is_refused_and_stays_whose_it_was(place: Path) -> None:
    program = """
    from executor import ConfigError
    try:
        give_up(who, readable=[*ours, place / "home/code/lib"], writable=place / "home")
    except ConfigError as error:
        print(json.dumps([str(error), os.getuid()]))
    """
    said, uid = start(program, place)

    assert said.startswith(f"data_dir: {place}/home holds codecage itself; give codecage a folder")
    assert uid == 0
    assert {path.stat().st_uid for path in (place / "home", place / "home/token")} == {0}


@as_root
@pytest.mark.parametrize(
    ("cwd", "expected"),
    [("home/code/lib", "home/code/lib"), ("home/secrets", None), ("", "")],
    ids=["named", "gone", "open"],
)
def test_the_current_folder_stays_where_it_can(place: Path, cwd: str, expected: str | None) -> None:
    program = """
    give_up(who, readable=[*ours, place / "home/code"], writable=place / "home/data")
    print(json.dumps(os.getcwd()))
    """
    found = start(program, place, cwd=place / cwd)
    assert found == ("/" if expected is None else str(place / expected))


@as_root
def test_what_cannot_be_read_is_named_with_the_line_that_mends_it(place: Path) -> None:
    (place / "home/code").chmod(0o750)
    program = """
    from executor import BackendUnavailableError
    try:
        give_up(who, readable=[*ours, place / "home/code"], writable=place / "home/data")
    except BackendUnavailableError as error:
        print(json.dumps(str(error)))
    """
    said = start(program, place)
    assert f"cannot read {place}/home/code; run: chmod -R o+rX {place}/home/code" in said


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
