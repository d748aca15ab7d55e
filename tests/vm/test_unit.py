"""How executors share a systemd unit whose part of the cgroup tree is theirs."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from executor.sandbox.spec import Kind, SandboxSpec
from tests.sandbox.conftest import LIMITS, open_cage, printed, shell
from tests.vm import worlds

pytestmark = pytest.mark.worlds(*worlds.DELEGATED)
GROUPS = Path("/sys/fs/cgroup")


def unit_folder(world: worlds.World) -> Path:
    return GROUPS / "system.slice" / f"cases-{world.name}.service"


def folders(top: Path) -> set[str]:
    return {str(path.relative_to(top)) for path in top.rglob("*") if path.is_dir()}


async def test_groups_lie_directly_below_the_unit(world: worlds.World) -> None:
    async with open_cage() as cage:
        where = Path(cage.backend.facts.cgroup_paths["memory"])
        assert where.parent == unit_folder(world)
        assert (where.parent / "cgroup.procs").read_text() == ""


async def test_one_executor_after_the_other_finds_the_same_place(world: worlds.World) -> None:
    found = []
    for _ in range(3):
        async with open_cage() as cage:
            found.append(Path(cage.backend.facts.cgroup_paths["memory"]).parent)
        assert folders(unit_folder(world)) == {"codecage.main"}
    assert found == [unit_folder(world)] * 3


async def test_two_executors_at_once_share_the_unit(world: worlds.World) -> None:
    async with open_cage() as one, open_cage() as two:
        paths = [Path(cage.backend.facts.cgroup_paths["memory"]) for cage in (one, two)]
        assert [path.parent for path in paths] == [unit_folder(world)] * 2
        assert paths[0] != paths[1]
        outcomes = await asyncio.gather(*(cage.run(shell("echo $$")) for cage in (one, two)))
        assert [outcome.exit_code for outcome in outcomes] == [0, 0]


async def test_executors_started_in_the_same_moment_do_not_disturb_each_other(
    world: worlds.World,
) -> None:
    async def live(number: int) -> str:
        async with open_cage() as cage:
            return printed(await cage.run(shell(f"echo {number}")))

    assert await asyncio.gather(*map(live, range(4))) == [f"{number}\n" for number in range(4)]
    assert folders(unit_folder(world)) == {"codecage.main"}


async def test_an_executor_that_is_a_child_of_another_ones_unit(world: worlds.World) -> None:
    source = (
        "import asyncio\nfrom tests.sandbox.conftest import open_cage, shell\n"
        "async def main():\n"
        "    async with open_cage() as cage:\n"
        "        print(cage.backend.facts.cgroup_paths['memory'])\n"
        "        print((await cage.run(shell('exit 7'))).exit_code)\n"
        "asyncio.run(main())\n"
    )
    async with open_cage():
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-B", "-c", source],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
    path, code = done.stdout.split()
    assert (Path(path).parent, code) == (unit_folder(world), "7")


async def test_a_sandbox_sees_its_own_group_as_the_root(world: worlds.World) -> None:
    async with open_cage() as cage:
        outcome = await cage.run(shell("cat /proc/self/cgroup"))
    assert printed(outcome) == "0::/\n"
    assert world.name not in printed(outcome)


async def test_only_the_program_is_in_the_sandboxs_group(world: worlds.World) -> None:
    """Its PID 1 is outside, so that no limit of the program keeps it from telling."""
    async with open_cage() as cage:
        box = await cage.backend.spawn(SandboxSpec(Kind.GENERIC, LIMITS))
        group = Path(cage.backend.facts.cgroup_paths["memory"]) / f"slot-{box.slot}"
        assert len((group / "cgroup.procs").read_text().split()) == 1
        await cage.backend.bury(box)
        assert not group.exists()
        assert world.level == "A"
