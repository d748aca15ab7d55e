"""The code that travels to the launcher and the runners by descriptor."""

import ast
import base64
import json
import subprocess
from pathlib import Path

import pytest

from executor.sandbox import bundle, inside, launcher
from executor.sandbox.client import system_interpreter

OLDEST_PYTHON = (3, 9)
CONFIG = {"instance": "abc", "seccomp": base64.b64encode(b"\x06\0\0\0\0\0\0\0").decode()}
UNCONTAINED = bundle.uncontained_source(3, [0, 1, 1, 1, 1, 0, 0], [4, 5, 6, 7, 8], b"\0" * 8)
FOLDERS = [Path(package.__file__ or "").parent for package in (inside, launcher)]
MODULES = sorted(path for folder in FOLDERS for path in folder.glob("*.py"))

REPORT = """
import os, sys
library = os.path.dirname(os.__file__)
for name, module in sorted(sys.modules.items()):
    path = None if name == "__main__" else getattr(module, "__file__", None)
    kind = "none" if path is None else "library" if path.startswith(library) else path
    print(name, kind)
"""


@pytest.mark.parametrize("path", MODULES, ids=[path.stem for path in MODULES])
def test_a_module_keeps_to_the_syntax_of_the_oldest_python(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"), feature_version=OLDEST_PYTHON)
    newer = [node for node in ast.walk(tree) if isinstance(node, ast.Match | ast.TryStar)]
    assert newer == []


@pytest.mark.parametrize("path", MODULES, ids=[path.stem for path in MODULES])
def test_a_module_evaluates_no_annotation(path: Path) -> None:
    """`X | None` in one is an error at run time before Python 3.10."""
    tree = ast.parse(path.read_text("utf-8"))
    is_lazy = any(isinstance(n, ast.ImportFrom) and n.module == "__future__" for n in tree.body)
    assert is_lazy or path.stem == "__init__"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(bundle.launcher_source(3, CONFIG), id="launcher"),
        pytest.param(bundle.warm_source(b"\0" * 8), id="warm"),
        pytest.param(UNCONTAINED, id="uncontained"),
    ],
)
def test_what_travels_is_python(source: bytes) -> None:
    code = compile(source, "<bundle>", "exec")
    assert "_load" in code.co_names


def test_every_module_travels() -> None:
    sources = (bundle.launcher_source(3, CONFIG), bundle.warm_source(b""), UNCONTAINED)
    names = {name for source in sources for name, _ in _bundled(source.decode())}
    on_disk = {
        f"executor.sandbox.{path.parent.name}.{path.stem}"
        for path in MODULES
        if path.stem != "__init__"
    }
    assert names == on_disk


def test_nothing_of_our_environment_travels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "a-very-secret-token")
    source = bundle.launcher_source(3, CONFIG) + bundle.warm_source(b"") + UNCONTAINED
    assert b"a-very-secret-token" not in source


def test_the_settings_travel_unchanged() -> None:
    config = {**CONFIG, "odd": "quotes ' \" \\ and\nlines é", "number": 1.5}
    call = ast.parse(bundle.launcher_source(7, config)).body[-1]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    descriptor, settings, _ = call.value.args
    assert ast.literal_eval(descriptor) == 7
    assert isinstance(settings, ast.Call)
    assert json.loads(ast.literal_eval(settings.args[0])) == config


@pytest.mark.parametrize("which", ["launcher", "warm", "uncontained"])
def test_it_loads_in_an_isolated_interpreter_from_no_file_of_ours(which: str) -> None:
    source = {
        "launcher": bundle.launcher_source(3, CONFIG),
        "warm": bundle.warm_source(b""),
        "uncontained": UNCONTAINED,
    }[which]
    *loading, _start = ast.parse(source).body
    text = "\n".join(ast.unparse(statement) for statement in loading)
    done = subprocess.run(
        [system_interpreter(), "-I", "-S", "-B", "-W", "error", "-"],
        input=text + REPORT,
        capture_output=True,
        text=True,
        cwd="/",
        env={"LANG": "C.UTF-8"},
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = dict(line.split() for line in done.stdout.splitlines())
    ours = {name: where for name, where in found.items() if name.startswith("executor")}
    assert len(ours) > 10
    assert set(ours.values()) == {"none"}
    assert set(found.values()) == {"none", "library"}


def _bundled(source: str) -> list[tuple[str, str]]:
    """Return the modules in a source, as (name, text)."""
    for statement in ast.parse(source).body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == "_load"
        ):
            return [(name, text) for name, text in ast.literal_eval(call.args[0])]
    return []
