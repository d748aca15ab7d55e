"""What a dead instance left behind goes at the next start; what a living one has is not touched."""

import asyncio
import contextlib
import json
import os
import secrets
import signal
from collections.abc import Generator, Mapping
from pathlib import Path

import pytest

from executor.sandbox import seccomp
from executor.sandbox.backend import launch, open_backend
from executor.sandbox.client import LauncherProcess
from executor.sandbox.launcher.cgroup import CgroupError
from executor.sandbox.launcher.instances import Instances
from executor.sandbox.launcher.tree import bury
from executor.sandbox.spec import Kind, SandboxSpec
from tests.sandbox import host
from tests.sandbox.conftest import LIMITS, SETTINGS, shell

pytestmark = pytest.mark.sandbox


def start(instances: Path) -> LauncherProcess:
    return launch(host.who(), seccomp.load(os.uname().machine), instances)


def existing(folders: Mapping[str, str]) -> set[str]:
    return {path for path in folders.values() if Path(path).exists()}


async def test_leavings_of_a_dead_instance_go_and_a_living_one_stays(tmp_path: Path) -> None:
    victim = start(tmp_path)
    async with open_backend(SETTINGS, victim) as doomed:
        if not doomed.facts.cgroup_version:
            pytest.skip("no cgroup can be made here, so nothing can be left")
        dead = doomed.facts.cgroup_paths
        await doomed.spawn(SandboxSpec(Kind.GENERIC, LIMITS))
        async with open_backend(SETTINGS, start(tmp_path)) as living:
            box = await living.spawn(SandboxSpec(Kind.GENERIC, LIMITS))
            alive = living.facts.cgroup_paths
            victim.process.send_signal(signal.SIGKILL)
            victim.process.wait()
            assert existing(dead)

            async with open_backend(SETTINGS, start(tmp_path)):
                assert not existing(dead)
                assert existing(alive) == set(alive.values())
                outcome = await box.run(shell("echo still here"), LIMITS)
                assert outcome.exit_code == 0
            await living.bury(box)
    left = os.listdir(tmp_path)  # noqa: PTH208
    assert not left, "every instance that ended took its lock with it"


async def test_two_launchers_started_at_once_leave_each_other_alone(tmp_path: Path) -> None:
    async def live() -> int | None:
        async with open_backend(SETTINGS, start(tmp_path)) as backend:
            box = await backend.spawn(SandboxSpec(Kind.GENERIC, LIMITS))
            outcome = await box.run(shell("sleep 0.3; echo fine"), LIMITS)
            await backend.bury(box)
            return outcome.exit_code

    assert await asyncio.gather(*(live() for _ in range(4))) == [0, 0, 0, 0]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def dead(folder: Path) -> list[str]:
    return [one.name for one in Instances(str(folder)).dead()]


def test_a_name_is_dead_only_when_its_lock_is_free_and_forgotten_only_when_told(
    tmp_path: Path,
) -> None:
    alive, gone = secrets.token_hex(6), secrets.token_hex(6)
    ours = Instances(str(tmp_path))
    ours.register(alive)
    (tmp_path / f"{gone}.lock").touch()
    (tmp_path / "not a name.lock").touch()

    assert dead(tmp_path) == [gone]
    assert dead(tmp_path) == [gone]
    ours.forget(gone)
    assert names(tmp_path) == [f"{alive}.lock", "not a name.lock"]


def test_nobody_else_gets_a_dead_one_while_it_is_buried(tmp_path: Path) -> None:
    (tmp_path / "abc.lock").touch()
    first = Instances(str(tmp_path)).dead()
    assert next(first).name == "abc"
    assert dead(tmp_path) == []
    first.close()
    assert dead(tmp_path) == ["abc"]


def test_what_an_instance_noted_is_known_when_it_is_dead(tmp_path: Path) -> None:
    doomed = Instances(str(tmp_path))
    doomed.register("abc")
    doomed.note_groups(1, {"memory": "/m/codecage-abc"})
    (kept,) = tmp_path.iterdir()
    with kept.open("a") as file:
        file.write('{"version": 2, "fol')  # killed while it was noted
    del doomed
    copy = kept.with_name("def.lock")  # whose lock nobody holds
    copy.write_bytes(kept.read_bytes())

    (found,) = Instances(str(tmp_path)).dead()
    assert (found.name, found.groups) == ("def", [(1, {"memory": "/m/codecage-abc"})])


def test_each_instance_has_a_number_of_its_own_and_a_free_one_is_taken_again(
    tmp_path: Path,
) -> None:
    numbers = [Instances(str(tmp_path)).register(name) for name in ("a", "b", "c")]
    assert numbers == [0, 1, 2]
    Instances(str(tmp_path)).forget("b")
    assert Instances(str(tmp_path)).register("d") == 1


def test_a_kill_between_a_lock_and_its_notes_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "abc.lock").touch()
    start(tmp_path).end()
    assert names(tmp_path) == []


@contextlib.contextmanager
def occupied(group: str) -> Generator[None, None, None]:
    """Keep in ``group`` what is no slot of ours, so that nobody may remove it."""
    occupant = Path(group, "occupant")
    occupant.mkdir(parents=True)
    try:
        yield
    finally:
        occupant.rmdir()


async def test_an_instance_that_cannot_be_buried_is_not_forgotten_but_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_backend(SETTINGS, start(tmp_path)) as backend:
        if not backend.facts.cgroup_version:
            pytest.skip("no cgroup can be made here, so nothing can be left")
        version, parents = backend.facts.cgroup_version, backend.facts.cgroup_paths
    folders = {name: f"{Path(path).parent}/codecage-abc" for name, path in parents.items()}
    note = json.dumps({"version": version, "folders": folders})
    (tmp_path / "abc.lock").write_text(note)
    with occupied(folders["memory"]):
        async with open_backend(SETTINGS, start(tmp_path)) as backend:
            (told,) = backend.facts.unburied
            assert told.startswith("abc: ")
            assert "abc" in caplog.text
            assert "abc.lock" in names(tmp_path)
    async with open_backend(SETTINGS, start(tmp_path)) as backend:
        assert backend.facts.unburied == ()
    assert names(tmp_path) == []
    assert existing(folders) == set()


def test_folders_that_are_not_an_instances_own_are_left_alone(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    (victim / "slot-0").mkdir(parents=True)
    with pytest.raises(CgroupError, match="not the groups of abc"):
        bury("abc", 2, {"memory": str(victim)})
    assert (victim / "slot-0").is_dir()


def test_what_is_no_lock_of_ours_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "abc.lock")
    notes = ["[]", '{"number": []}', '{"version": 1, "folders": "/"}', "null"]
    notes.append('{"version": 1, "folders": {"memory": 7}}')
    (tmp_path / "def.lock").write_text("\n".join(notes))
    assert Instances(str(tmp_path)).register("aaa") == 0
    found = {one.name: one.groups for one in Instances(str(tmp_path)).dead()}
    assert found == {"def": []}


def test_a_link_laid_among_the_locks_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("x")
    folder = tmp_path / "locks"
    folder.mkdir()
    (folder / "abc.lock").symlink_to(precious)

    assert dead(folder) == []
    assert precious.read_text() == "x"
