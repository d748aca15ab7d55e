"""Who asks a launcher may be anybody's by now: it does nothing but what it was made for."""

import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from executor.sandbox import seccomp
from executor.sandbox.backend import SLOTS, launch
from executor.sandbox.birth import cgroup_limits
from executor.sandbox.client import LauncherProcess
from executor.sandbox.ends import close_all, open_ends
from executor.sandbox.launcher import cgroup
from executor.sandbox.launcher.cgroup import Group
from executor.sandbox.launcher.requests import Limits
from executor.sandbox.spec import Kind, SandboxSpec
from tests.sandbox import host
from tests.sandbox.conftest import LIMITS

pytestmark = pytest.mark.sandbox

CGROUP_LIMITS = cgroup_limits(SandboxSpec(Kind.GENERIC, LIMITS))
NUMBERS = [128, 1 << 24, 100, 64, 0, 0]
ROOTS: dict[str, Any] = {"base": "/", "etc": [], "etc_files": {}, "warm": None}


class Asker:
    """Speaks to a launcher as its executor does, and as it never would."""

    def __init__(self, launcher: LauncherProcess) -> None:
        self._channel = launcher.channel
        self._channel.setblocking(True)
        self._channel.settimeout(30)
        self.facts = json.loads(self._channel.recv(1 << 17))

    def says(self, message: bytes, descriptors: Sequence[int] = ()) -> dict[str, Any]:
        socket.send_fds(self._channel, [message], list(descriptors))
        answer, passed, _, _ = socket.recv_fds(self._channel, 1 << 17, 16)
        close_all(passed)
        found: dict[str, Any] = json.loads(answer)
        return found

    def asks(self, op: str, descriptors: Sequence[int] = (), **fields: object) -> dict[str, Any]:
        return self.says(json.dumps({"op": op, **fields}).encode(), descriptors)

    def spawns(self, slot: object) -> dict[str, Any]:
        ours, inside = open_ends()
        fields = {"runner": 0, "slot": slot, "limits": CGROUP_LIMITS, "request": NUMBERS}
        try:
            return self.asks("spawn", inside, **fields)
        finally:
            close_all([*ours, *inside])

    def starts_runner(self, number: int = 0, **fields: object) -> dict[str, Any]:
        hears, tells = os.pipe()
        fields = {"warm": False, "proc": True, **fields}
        try:
            answer = self.asks("runner", [tells], runner=number, **fields)
            os.close(tells)
            if not answer:
                assert select.select([hears], [], [], 30)[0]
                assert os.read(hears, 4096) == b"ready"
            return answer
        finally:
            os.close(hears)


@pytest.fixture
def asker(tmp_path: Path) -> Generator[Asker, None, None]:
    before = host.snapshot()
    launcher = launch(host.who(), seccomp.load(os.uname().machine), tmp_path)
    yield Asker(launcher)
    launcher.end()
    host.assert_nothing_left(before)


@pytest.fixture
def served(asker: Asker) -> Asker:
    assert asker.asks("roots", **ROOTS) == {}
    assert asker.starts_runner() == {}
    return asker


@pytest.mark.skipif(os.getuid() != 0, reason="only root may make groups beside the launcher's")
def test_no_group_but_its_own_can_be_reached(served: Asker) -> None:
    parents = served.facts["cgroup_paths"]
    if not parents:
        pytest.skip("needs a cgroup")
    folders = {Path(path).parent / f"victim-{os.getpid()}" for path in parents.values()}
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as victim:
        try:
            for folder in folders:
                folder.mkdir()
                (folder / "cgroup.procs").write_text(str(victim.pid))
            assert "pidfd" in served.spawns(0)["keys"]
            answer = served.spawns(f"0/../../victim-{os.getpid()}")
            assert "slot" in answer["error"]
            assert victim.poll() is None
            assert all(folder.is_dir() for folder in folders)
        finally:
            victim.kill()
            victim.wait()
            for folder in folders:
                folder.rmdir()


def test_a_slot_is_one_of_those_there_are_and_nobodys_yet(served: Asker) -> None:
    assert "slot" in served.spawns(SLOTS)["error"]
    assert "slot" in served.spawns(19000)["error"]
    assert "keys" in served.spawns(0)
    assert "in use" in served.spawns(0)["error"]


def test_what_roots_are_made_of_is_settled_once(asker: Asker) -> None:
    assert "no roots" in asker.starts_runner()["error"]
    assert asker.asks("roots", **ROOTS) == {}
    assert "settled" in asker.asks("roots", **{**ROOTS, "base": "/root"})["error"]
    assert "exactly" in asker.starts_runner(base="/root")["error"]
    assert "no interpreter" in asker.starts_runner(warm=True)["error"]


def test_a_runners_number_is_nobody_elses(served: Asker) -> None:
    assert "already" in served.starts_runner(0)["error"]


@pytest.mark.parametrize("message", [b"x", b"[1]", b'{"op": "_end"}', b'{"op": "release"}'])
def test_nonsense_is_answered_and_ends_nothing(served: Asker, message: bytes) -> None:
    assert "error" in served.says(message)
    assert "keys" in served.spawns(1)


def test_a_pipe_that_nothing_can_be_told_on_ends_nothing(served: Asker) -> None:
    null = os.open("/dev/null", os.O_RDONLY)
    try:
        assert served.asks("runner", [null], runner=1, warm=False, proc=True) == {}
    finally:
        os.close(null)
    assert served.asks("stop_runner", runner=1) == {}
    assert "keys" in served.spawns(1)


def test_a_descriptor_too_much_is_no_group_to_join(served: Asker) -> None:
    ours, inside = open_ends()
    try:
        answer = served.asks(
            "spawn", [*inside, inside[0]], runner=0, slot=2, limits=CGROUP_LIMITS, request=NUMBERS
        )
    finally:
        close_all([*ours, *inside])
    assert "descriptors" in answer["error"]


def test_a_group_that_was_there_before_is_neither_ended_nor_removed(tmp_path: Path) -> None:
    parts = {name: str(tmp_path / name / "slot-0") for name in ("memory", "pids", "freezer")}
    for name in parts:
        (tmp_path / name).mkdir()
    occupied = Path(parts["pids"])
    occupied.mkdir()
    (occupied / "cgroup.procs").write_text(f"{os.getpid()}\n")  # ours: a kill would be seen
    group = Group(parts, version=1)
    with pytest.raises(cgroup.CgroupError, match="File exists"):
        group.make(Limits(memory_bytes=1, processes=1, cpus=1.0))
    assert group.processes() == []
    group.end()
    assert occupied.is_dir()
    assert not Path(parts["memory"]).exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root may make groups in the launcher's")
def test_at_the_end_a_group_that_is_stuck_keeps_no_other_one(tmp_path: Path) -> None:
    before = host.snapshot()
    launcher = launch(host.who(), seccomp.load(os.uname().machine), tmp_path)
    asker = Asker(launcher)
    parents = asker.facts["cgroup_paths"]
    if not parents:
        launcher.end()
        pytest.skip("needs a cgroup")
    assert asker.asks("roots", **ROOTS) == asker.starts_runner() == {}
    assert "keys" in asker.spawns(0)
    assert "keys" in asker.spawns(1)
    parent = Path(parents["memory"])
    occupant = parent / "slot-0/occupant"
    occupant.mkdir()
    launcher.end()
    assert sorted(path.name for path in parent.glob("slot-*")) == ["slot-0"]
    occupant.rmdir()
    launch(host.who(), seccomp.load(os.uname().machine), tmp_path).end()
    assert list(tmp_path.iterdir()) == []
    host.assert_nothing_left(before)
