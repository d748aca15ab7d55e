import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from executor.cli import COMMANDS
from executor.cli.languagejobs import Checked, problem_of, run_checks, runtime_document
from executor.cli.languages import languages_command
from executor.errors import QueueFullError
from executor.models import Job, Result, Status
from tests.fakes import FakeExecutor
from tests.results import result, step
from tests.unit.executor.languagespecs import language, missing

ROOT = Path(__file__).resolve().parents[4]
FILE = """
name: {name}
runtime: x
entry: main.x
run: {{argv: [{tool}, "{{entry}}"]}}
version: {{argv: [{tool}, -c, 'echo 1.2'], pattern: '(.*)'}}
check: {{code: "", stdout: ""}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    languages = tmp_path / "languages"
    languages.mkdir()
    for name, tool in (("here", "sh"), ("gone", "no-such-tool-here")):
        (languages / f"{name}.yaml").write_text(FILE.format(name=name, tool=tool))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CODECAGE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CODECAGE_EXECUTOR_LANGUAGES_DIR", str(languages))
    return tmp_path


def test_the_list_says_what_is_here_and_what_is_missing() -> None:
    done = CliRunner().invoke(languages_command, [])
    assert done.exit_code == 0
    assert "here" in done.output
    assert "no-such-tool-here" in done.output


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        pytest.param(["--json"], ["gone", "here"], id="all"),
        pytest.param(["--json", "list", "here"], ["here"], id="one"),
        pytest.param(["list", "--json", "gone"], ["gone"], id="a-missing-one"),
    ],
)
def test_the_list_as_json(arguments: list[str], names: list[str]) -> None:
    done = CliRunner().invoke(languages_command, arguments)
    assert [entry["name"] for entry in json.loads(done.output)] == names


def test_the_json_has_what_the_interface_promises() -> None:
    assert runtime_document(language().runtime()) == {
        "name": "python",
        "version": "3.11.2",
        "aliases": ["py", "py3"],
        "runtime": "cpython",
        "installed": True,
        "source": "host",
    }
    absent = runtime_document(missing("gone").runtime())
    assert (absent["installed"], absent["version"], absent["source"]) == (False, None, None)


@pytest.mark.parametrize("action", ["install", "remove"])
def test_what_does_not_exist_yet_is_said_honestly(action: str) -> None:
    done = CliRunner().invoke(languages_command, [action, "go"])
    assert done.exit_code == 2
    assert "comes with language images, which this version does not have" in done.output


def test_an_unknown_name_is_an_error() -> None:
    done = CliRunner().invoke(languages_command, ["list", "heer"])
    assert done.exit_code == 3
    assert "did you mean here?" in done.output


def test_a_missing_language_cannot_be_checked() -> None:
    done = subprocess.run(  # a process of its own: it gives up root for good before anything is started
        [sys.executable, "-P", "-m", "bot.cli", "languages", "check", "gone"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 3
    assert b"gone cannot run here: no-such-tool-here is not installed" in done.stderr
    assert b"Warning" not in done.stderr  # the launcher was ended, too


def checks(answer: Result | Exception) -> list[Checked]:
    async def run() -> list[Checked]:
        executor = FakeExecutor(lambda _: answer)
        checked = await run_checks(executor, [language()], lambda _: None)
        (job,) = executor.jobs
        assert isinstance(job, Job)
        assert (job.files[0].path, job.files[0].content) == ("main.py", b"print(1)")
        return checked

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        pytest.param(result(step(b"1\n")), None, id="as-it-should"),
        pytest.param(result(step(b"2\n")), "printed b'2\\n' instead of '1\\n'", id="other-output"),
        pytest.param(
            result(step(status=Status.RUNTIME_ERROR, exit_code=1, stderr=b"\nTraceback\nmore")),
            "exited with code 1: Traceback",
            id="failed",
        ),
        pytest.param(QueueFullError("full", retry_after_seconds=1), "full", id="could-not-run"),
    ],
)
def test_a_check_says_what_is_wrong(answer: Result | Exception, problem: str | None) -> None:
    (checked,) = checks(answer)
    assert checked.problem == problem


def test_a_check_that_was_cancelled_is_a_problem() -> None:
    assert problem_of(result(), language()) == "stopped before it started"


def test_every_command_has_help_with_an_example() -> None:
    for command in COMMANDS:
        done = CliRunner().invoke(command, ["--help"])
        assert done.exit_code == 0
        assert f"codecage {command.name}" in done.output
