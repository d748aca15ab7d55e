"""Whose the data folder is when root is given up."""

import os
from pathlib import Path

import pytest

from tests.sandbox.giving_up import WHO, as_root, start

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(120)]

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
def test_a_file_in_the_data_folder_s_place_is_said_with_a_way_out(place: Path) -> None:
    program = """
    from executor import ConfigError
    try:
        give_up(who, readable=ours, writable=place / "home/token")
    except ConfigError as error:
        print(json.dumps(str(error)))
    """
    said = start(program, place)
    assert said.startswith(
        f"data_dir: {place}/home/token cannot be made: File exists; give codecage"
    )
