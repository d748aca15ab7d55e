"""What the tree must hold beyond what ruff and mypy see; the import contracts stand in pyproject.toml."""

import ast
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(
    path.relative_to(ROOT)
    for package in ("bot", "executor")
    for path in (ROOT / package).rglob("*.py")
)
MOST_LINES = 330
INSIDE = Path("executor/sandbox/inside")

# Each of these may import the standard library and what is named beside it.
PLAIN = {
    Path("bot/errors.py"): (),
    Path("bot/models.py"): ("executor",),
    Path("executor/errors.py"): (),
    Path("executor/interfaces.py"): ("executor.models",),
    Path("executor/models.py"): (),
    Path("executor/units.py"): (),
    INSIDE: ("executor.sandbox.inside",),
    Path("executor/sandbox/launcher"): ("executor.sandbox.inside", "executor.sandbox.launcher"),
}

# What ties a file to one machine. The last is the checkout's own path, unless that is short enough to be a word.
PERSONAL = [
    re.compile(
        r"/(?:root|home/(?!member\b)\w+|Users/\w+)/[.\w]*(?:pyenv|cache|config|src|codecage)"
    ),
    re.compile(r"\b(?:pypi|pythonhosted|npmjs|debian|ubuntu|nodesource)\.(?:org|com|net)\b"),
    *([re.compile(re.escape(f"{ROOT}/"))] if len(ROOT.parts) > 2 else []),
]


def tracked_files() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: there is no list of tracked files")
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def imported_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_allowed(name: str, own: tuple[str, ...]) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names or any(
        name == prefix or name.startswith(f"{prefix}.") for prefix in own
    )


def requirements(lock: str) -> dict[str, str]:
    """Return what ``lock`` pins: requirement line without its hashes → the hashes that follow it."""
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / lock).read_text(), flags=re.MULTILINE)[1:]
    return {entry.partition(" \\\n")[0]: entry for entry in entries}


def test_import_contracts_are_kept() -> None:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-logo", "--no-cache"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_files_stay_short_enough_to_be_read_at_once() -> None:
    lengths = {str(path): len((ROOT / path).read_text().splitlines()) for path in SOURCES}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}


@pytest.mark.parametrize(("place", "own"), PLAIN.items(), ids=map(str, PLAIN))
def test_plain_modules_import_the_standard_library_only(place: Path, own: tuple[str, ...]) -> None:
    files = [path for path in SOURCES if path.is_relative_to(place)]
    assert files, f"{place} is gone: take it out of PLAIN"
    foreign = {
        str(path): names
        for path in files
        if (
            names := [
                name
                for name in imported_names(ast.parse((ROOT / path).read_text()))
                if not is_allowed(name, own)
            ]
        )
    }
    assert foreign == {}


@pytest.mark.parametrize("path", [path for path in SOURCES if path.is_relative_to(INSIDE)], ids=str)
def test_runner_code_parses_as_the_oldest_python_of_a_root(path: Path) -> None:
    assert ast.parse((ROOT / path).read_text(), feature_version=(3, 9)).body


def test_tracked_files_name_no_home_folder_and_no_registry() -> None:
    found = []
    for path in tracked_files():
        text = path.read_bytes().decode(errors="replace")
        found += [
            f"{path.relative_to(ROOT)}: {hit.group()}"
            for pattern in PERSONAL
            for hit in pattern.finditer(text)
        ]
    assert found == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_pin_everything_with_hashes_and_name_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index-url" not in text
    pinned = requirements(lock)
    assert pinned
    assert [
        line for line, entry in pinned.items() if "==" not in line or "--hash=sha256:" not in entry
    ] == []


def test_test_tools_are_locked_on_top_of_the_very_same_versions() -> None:
    assert requirements("requirements.lock").keys() <= requirements("requirements-dev.lock").keys()


def test_what_is_imported_is_what_an_operator_installs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    installed = {
        distribution(line) for line in (*requirements("requirements.lock"), *extras) if line
    }
    made_by = importlib.metadata.packages_distributions()
    foreign = {
        module.partition(".")[0]
        for path in SOURCES
        for module in imported_names(ast.parse((ROOT / path).read_text("utf-8")))
        if module.partition(".")[0] not in {"bot", "executor", *sys.stdlib_module_names}
    }

    given = {m: {distribution(d) for d in made_by.get(m, ())} for m in sorted(foreign)}
    assert [module for module, names in given.items() if names and not names & installed] == []


def distribution(requirement: str) -> str:
    """Return the normalized name at the start of a requirement."""
    name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()
