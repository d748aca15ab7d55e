"""An instance's folders go one by one: what is stuck in one of them keeps no other one."""

from pathlib import Path

import pytest

from executor.sandbox.launcher.cgroup import CgroupError
from executor.sandbox.launcher.tree import bury


def lay(top: Path, *controllers: str) -> dict[str, str]:
    """Make an instance's folder for each controller, with two slots in it."""
    parents = {name: str(top / name / "codecage-abc") for name in controllers}
    for parent in parents.values():
        for slot in ("slot-0", "slot-1"):
            Path(parent, slot).mkdir(parents=True)
    return parents


def occupy(folder: Path) -> Path:
    """Keep something in a folder, so that nobody may remove it."""
    occupant = folder / "occupant"
    occupant.mkdir()
    return occupant


def test_a_group_that_is_stuck_keeps_no_other_one_of_a_dead_instance(tmp_path: Path) -> None:
    parents = lay(tmp_path, "memory")
    occupant = occupy(tmp_path / "memory/codecage-abc/slot-0")
    with pytest.raises(CgroupError, match=r"slot-0: Directory not empty; .*codecage-abc: Dir"):
        bury("abc", 2, parents)
    assert [path.name for path in Path(parents["memory"]).iterdir()] == ["slot-0"]
    occupant.rmdir()
    bury("abc", 2, parents)
    assert not Path(parents["memory"]).exists()


def test_nor_does_one_controllers_folder_keep_the_others(tmp_path: Path) -> None:
    parents = lay(tmp_path, "memory", "pids", "cpu")
    occupy(tmp_path / "pids/codecage-abc")
    with pytest.raises(CgroupError, match=r"pids/codecage-abc: Directory not empty$"):
        bury("abc", 1, parents)
    assert [name for name, parent in parents.items() if Path(parent).exists()] == ["pids"]
