"""More than one Python in the catalogue: each program runs in its own, waiting or not."""

from pathlib import Path

import pytest

from executor import Runtime, Status
from tests.sandbox import jobs
from tests.sandbox.conftest import PYTHON

pytestmark = pytest.mark.sandbox

LANGUAGE = """
name: {name}
extensions: [.{name}]
runtime: cpython
entry: main.py
run: {{argv: [{tool}, "{{entry}}"]}}
warm: python
env: {{PYTHONDONTWRITEBYTECODE: "1", WHICH: {name}{more}}}
version: {{argv: [{tool}, --version], pattern: 'Python (\\d[\\w.+]*)'}}
check: {{code: "print(1)", stdout: "1\\n"}}
"""
SHOW = "import os, sys; print(os.environ['WHICH'], sys.executable, sys.flags.optimize)"


@pytest.fixture
def languages(tmp_path: Path) -> Path:
    """The waiting Python, another name of it, and one with other settings."""
    named = Path(PYTHON).resolve().name
    for name, tool, more in (
        ("one", "python3", ""),
        ("other", named, ""),
        ("strict", "python3", ', PYTHONOPTIMIZE: "2"'),
    ):
        text = LANGUAGE.format(name=name, tool=tool, more=more)
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


async def test_a_program_runs_in_the_python_that_its_language_names(
    languages: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("data")
    async with jobs.opened(folder, languages=None, languages_dir=languages) as executor:
        known: list[Runtime] = list(executor.runtimes())
        assert [runtime.name for runtime in known] == ["one", "other", "strict"]
        printed = {}
        for runtime in known:
            result = await jobs.run(executor, jobs.job(SHOW, runtime.name))
            assert result.status is Status.OK
            printed[runtime.name] = result.steps[-1].stdout.decode()
    assert printed["one"] == f"one {PYTHON} 0\n"
    assert printed["strict"] == f"strict {PYTHON} 2\n"
    assert printed["other"].startswith("other ")
    assert printed["other"] != f"other {PYTHON} 0\n"
