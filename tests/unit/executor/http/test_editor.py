"""The playground's editor, which is built from npm packages and committed, is what its sources make."""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
EDITOR = ROOT / "editor"
BUNDLE = ROOT / "executor/http/page/editor.js"
SOURCES = ("build.mjs", "editor.js", "modes.js", "package-lock.json")


def locked() -> dict[str, dict[str, object]]:
    """Return the packages of the lock file by their path; the first one is ours."""
    packages: dict[str, dict[str, object]] = json.loads((EDITOR / "package-lock.json").read_text())[
        "packages"
    ]
    return packages


def test_the_committed_editor_is_made_from_these_sources() -> None:
    digest = hashlib.sha256(b"".join((EDITOR / name).read_bytes() for name in SOURCES)).hexdigest()
    first_line = BUNDLE.read_text().partition("\n")[0]
    assert digest in first_line, "editor/ has changed: cd editor && npm ci && npm run build"


def test_every_locked_package_has_a_hash_and_names_no_registry() -> None:
    packages = [package for path, package in locked().items() if path]
    assert packages
    for package in packages:
        assert str(package["integrity"]).startswith("sha512-")
        assert "resolved" not in package


def test_the_licence_of_every_package_travels_along() -> None:
    banner = BUNDLE.read_text().partition("*/")[0]
    assert "Permission is hereby granted, free of charge" in banner
    wanted = json.loads((EDITOR / "package.json").read_text())["dependencies"]
    for name, version in wanted.items():
        assert re.search(
            f"^{re.escape(name)} {re.escape(version)}: Copyright", banner, re.MULTILINE
        )


@pytest.mark.full
@pytest.mark.timeout(300)
@pytest.mark.skipif(shutil.which("npm") is None, reason="no npm: apt-get install npm")
def test_building_it_again_changes_nothing(tmp_path: Path) -> None:
    copy = tmp_path / "editor"
    shutil.copytree(EDITOR, copy, ignore=shutil.ignore_patterns("node_modules"))
    for command in (["npm", "ci"], ["npm", "run", "build"]):
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    built = tmp_path / "executor/http/page/editor.js"
    assert built.read_bytes() == BUNDLE.read_bytes()
