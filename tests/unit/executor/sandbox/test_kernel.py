"""Paths in a root that somebody hostile has made, opened by the real kernel."""

import os
from pathlib import Path

import pytest

from executor.sandbox.inside import kernel


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with links of every kind; beside it lies what must not be reached."""
    (tmp_path / "secret").write_text("outside")
    inner = tmp_path / "root"
    (inner / "etc").mkdir(parents=True)
    (inner / "secret").write_text("inside")
    for name, target in {
        "plain": "../secret",
        "absolute": "/secret",
        "over-the-top": "../../../../../../../../../../secret",
        "whole-path": str(tmp_path / "secret"),
        "magic": f"/proc/self/root{tmp_path}/secret",
        "loop": "loop",
    }.items():
        (inner / "etc" / name).symlink_to(target)
    return inner


def read(root: Path, path: str) -> str:
    folder = os.open(root, os.O_PATH)
    try:
        with os.fdopen(kernel.open_in_root(folder, path, os.O_RDONLY)) as file:
            return file.read()
    finally:
        os.close(folder)


@pytest.mark.parametrize("path", ["secret", "/secret", "../secret", "etc/../../../secret"])
def test_a_path_stays_in_its_root(root: Path, path: str) -> None:
    assert read(root, path) == "inside"


@pytest.mark.parametrize("name", ["plain", "absolute", "over-the-top"])
def test_a_link_stays_in_its_root(root: Path, name: str) -> None:
    assert read(root, f"/etc/{name}") == "inside"


@pytest.mark.parametrize("name", ["whole-path", "magic", "loop", "missing"])
def test_a_link_to_what_is_only_outside_leads_nowhere(root: Path, name: str) -> None:
    with pytest.raises(OSError, match=f"open /etc/{name}"):
        read(root, f"/etc/{name}")


def test_links_of_the_kernel_are_not_followed() -> None:
    folder = os.open("/proc/self", os.O_PATH)
    try:
        with pytest.raises(OSError, match="Too many levels of symbolic links"):
            kernel.open_in_root(folder, "cwd", os.O_PATH)
    finally:
        os.close(folder)
