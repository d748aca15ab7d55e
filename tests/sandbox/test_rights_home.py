"""What is left of a closed home when root is given up: what was named, and nothing beside it."""

from pathlib import Path

import pytest

from tests.sandbox.giving_up import as_root, start

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(120)]


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
