import os
from pathlib import Path

import pytest

from executor.cli.artifacts import printable, save_artifacts
from executor.models import Artifact


def artifact(path: str, content: bytes = b"x") -> Artifact:
    return Artifact(path=path, content=content)


def test_files_are_written_with_their_folders(tmp_path: Path) -> None:
    folder = tmp_path / "new/out"
    saved = save_artifacts(folder, [artifact("a.txt", b"1"), artifact("d/e/b.txt", b"22")])
    assert [(file.path, file.size_bytes, file.problem) for file in saved] == [
        ("a.txt", 1, None),
        ("d/e/b.txt", 2, None),
    ]
    assert (folder / "a.txt").read_bytes() == b"1"
    assert (folder / "d/e/b.txt").read_bytes() == b"22"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    (saved,) = save_artifacts(tmp_path, [artifact("a")])
    assert saved.problem is not None
    assert (tmp_path / "a").read_text() == "mine"


@pytest.mark.parametrize(
    "path", ["../x", "/srv/x", "a/../../x", "", ".", "a//b", "nul\0", "new\nline"]
)
def test_an_unsafe_name_is_not_written(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "out"
    (saved,) = save_artifacts(folder, [artifact(path)])
    assert saved.problem == "its name is not safe"
    assert [p for p in tmp_path.rglob("*") if p != folder] == []


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "out"
    outside.mkdir()
    folder.mkdir()
    (folder / "d").symlink_to(outside)
    (folder / "f").symlink_to(outside / "f")
    saved = save_artifacts(folder, [artifact("d/x"), artifact("f")])
    assert all(file.problem is not None for file in saved)
    assert os.listdir(outside) == []  # noqa: PTH208


def test_a_file_in_the_way_of_a_folder_is_a_problem_of_that_file_only(tmp_path: Path) -> None:
    saved = save_artifacts(tmp_path, [artifact("a"), artifact("a/b"), artifact("c")])
    assert [file.problem is None for file in saved] == [True, False, True]


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        save_artifacts(tmp_path / "file/out", [])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("plot.png", "plot.png", id="plain"),
        pytest.param("é b.txt", "é b.txt", id="letters-and-spaces"),
        pytest.param("a\x1b[31m\n", r"a\x1b[31m\n", id="terminal-commands"),
        pytest.param("\u202egnp.exe", r"\u202egnp.exe", id="reversed-text"),
        pytest.param("\udcff", r"\udcff", id="not-unicode"),
    ],
)
def test_a_hostile_name_is_shown_as_one_harmless_line(name: str, shown: str) -> None:
    assert printable(name) == shown
