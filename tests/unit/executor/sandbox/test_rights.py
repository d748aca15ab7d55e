"""Which closed folders stand in the way of a process without rights. Real folders, nothing mounted."""

import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from executor.sandbox.rights import closed_parents, links_to, why_not_ours


@pytest.fixture
def tree() -> Generator[Path, None, None]:
    """Folders below an open one: home and home/inner are closed, srv and all others are open."""
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are closed
        top = Path(folder).resolve()
        top.chmod(0o755)
        for name in ("home/me/code", "home/me/venv/lib", "home/inner/deep", "srv/app"):
            (top / name).mkdir(parents=True)
        (top / "home/me/token").touch()
        (top / "home").chmod(0o700)
        (top / "home/inner").chmod(0o750)
        yield top


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        pytest.param([], {}, id="nothing"),
        pytest.param(["srv", "srv/app"], {}, id="open-all-the-way"),
        pytest.param(["home"], {}, id="closed-itself-but-reachable"),
        pytest.param(["home/me/code"], {"home": ["home/me/code"]}, id="below-a-closed-one"),
        pytest.param(["home/me/token"], {"home": ["home/me/token"]}, id="a-file"),
        pytest.param(["home/inner/deep"], {"home": ["home/inner/deep"]}, id="the-topmost-counts"),
        pytest.param(
            ["home/me/code", "home/me/venv", "srv/app"],
            {"home": ["home/me/code", "home/me/venv"]},
            id="several-below-one",
        ),
        pytest.param(
            ["home/me", "home/me/code", "home/me/venv/lib"],
            {"home": ["home/me"]},
            id="the-outermost",
        ),
    ],
)
def test_each_closed_folder_is_named_with_the_outermost_paths_below_it(
    tree: Path, paths: list[str], expected: dict[str, list[str]]
) -> None:
    found = closed_parents([tree / path for path in paths])

    assert found == {
        tree / parent: [tree / path for path in below] for parent, below in expected.items()
    }


def test_every_link_on_the_way_is_named_where_it_really_lies(tree: Path) -> None:
    (tree / "top").symlink_to("srv")
    (tree / "srv/alias").symlink_to(tree / "second")
    (tree / "second").symlink_to("home/me")
    (tree / "unused").symlink_to("srv")

    assert links_to([tree / "top/alias/code", tree / "srv/app"]) == {
        tree / "top": Path("srv"),
        tree / "srv/alias": tree / "second",
        tree / "second": Path("home/me"),
    }


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        pytest.param("/", "belongs to the system", id="everything"),
        pytest.param("/etc", "belongs to the system", id="settings"),
        pytest.param("/var/lib", "belongs to the system", id="everybodys-data"),
        pytest.param("/opt/codecage", "holds codecage itself", id="the-checkout"),
        pytest.param("/srv/x", "holds codecage itself", id="around-the-interpreter"),
        pytest.param("/opt/codecage/data", "", id="below-the-checkout"),
        pytest.param("/var/lib/codecage", "", id="its-own"),
        pytest.param("/data", "", id="a-volume"),
    ],
)
def test_a_folder_that_is_not_only_ours_is_never_given_away(folder: str, reason: str) -> None:
    code = [Path("/opt/codecage"), Path("/srv/x/venv"), Path("/usr")]

    assert why_not_ours(Path(folder), code) == reason
