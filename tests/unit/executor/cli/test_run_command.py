"""The command line of `codecage run`, up to the job it makes; no sandbox is started."""

import io
from pathlib import Path

import pytest
from click.testing import CliRunner

from executor.cli.artifacts import Saved
from executor.cli.messages import list_files
from executor.cli.options import RunOptions
from executor.cli.run import run_command
from executor.cli.runjob import prepare, report
from executor.config import ExecutorConfig
from executor.models import Artifact, LimitsRequest, Status
from tests.results import result, step

CONFIG = ExecutorConfig(data_dir=Path("/nonexistent"))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CODECAGE_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "folder").mkdir()
    (tmp_path / "hi.py").write_text('print("hi")')
    (tmp_path / "input.txt").write_text("3\n")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param([], "Missing argument 'FILE'", id="no-file"),
        pytest.param(
            ["none.py"],
            "none.py cannot be read: there is no such file; a relative path",
            id="no-such-file",
        ),
        pytest.param(
            ["folder/"], "it is a folder; name a file in it, such as folder/main.py", id="a-folder"
        ),
        pytest.param([""], "the name is empty; write for example main.py", id="empty-name"),
        pytest.param(["input.txt"], "codecage run -l python input.txt", id="unclear-language"),
        pytest.param(["--time", "x", "hi.py"], "write seconds, such as 3", id="time"),
        pytest.param(["--time", "0", "hi.py"], "more than zero", id="no-time"),
        pytest.param(["--memory", "64", "hi.py"], "write 64B, 64KiB, 64MiB", id="memory-no-unit"),
        pytest.param(["--memory", "0B", "hi.py"], "more than zero", id="no-memory"),
        pytest.param(["--file", "no.py", "hi.py"], "--file no.py cannot be read", id="extra-file"),
        pytest.param(["--stdin", "no", "hi.py"], "--stdin no cannot be read", id="input-file"),
        pytest.param(["--stdin", "-", "-"], "cannot be both", id="one-input-for-two"),
        pytest.param(["--frob", "hi.py"], "No such option", id="unknown-option"),
    ],
)
def test_wrong_usage_is_explained_and_exits_2(arguments: list[str], expected: str) -> None:
    done = CliRunner().invoke(run_command, arguments)
    assert done.exit_code == 2
    assert expected in done.output


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(
            ["-l", "pyhton", "hi.py"],
            "codecage: could not run it: There is no language 'pyhton' here; did you mean python?\n",
            id="words",
        ),
        pytest.param(
            ["--json", "-l", "pyhton", "hi.py"],
            '{"error": {"type": "UnknownLanguageError", "message": '
            "\"There is no language 'pyhton' here; did you mean python?\"}}\n",
            id="json",
        ),
    ],
)
def test_what_cannot_be_run_exits_3(arguments: list[str], expected: str) -> None:
    done = CliRunner().invoke(run_command, arguments)
    assert (done.exit_code, done.output) == (3, expected)


def test_a_wrong_setting_exits_3_with_file_and_key(folder: Path) -> None:
    (folder / "config.yaml").write_text("executor: {queu: 1}")
    done = CliRunner().invoke(run_command, ["hi.py"])
    assert done.exit_code == 3
    assert "config.yaml: executor: unknown key 'queu'; did you mean queue?" in done.output


def test_the_job_is_what_the_options_say(folder: Path) -> None:
    (folder / "lib").mkdir()
    (folder / "lib/util.py").write_text("x = 1")
    prepared = prepare(
        RunOptions(
            file="hi.py",
            args=("-x", "--json"),
            version="3",
            stdin="input.txt",
            extra_files=("lib/util.py",),
            wall_seconds=2.0,
            memory_bytes=1024,
        ),
        CONFIG,
    )
    job = prepared.job
    assert (job.language, job.version, prepared.language) == ("python", "3", "python")
    assert [file.path for file in job.files] == ["hi.py", "lib/util.py"]
    assert (job.args, job.stdin) == (("-x", "--json"), b"3\n")
    assert (job.interactive, prepared.input_fd) == (False, None)
    assert job.run_limits == LimitsRequest(wall_seconds=2.0, memory_bytes=1024)
    assert job.compile_limits == LimitsRequest()


def test_a_program_from_standard_input_gets_its_languages_name_and_no_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"#!/bin/sh\nls")))
    prepared = prepare(RunOptions(file="-"), CONFIG)
    assert prepared.job.files[0].path == "main.sh"
    assert prepared.job.files[0].content == b"#!/bin/sh\nls"
    assert (prepared.job.stdin, prepared.input_fd) == (b"", None)


def test_arguments_after_the_file_are_never_options() -> None:
    context = run_command.make_context(
        "run", ["-l", "py", "hi.py", "--json", "-V", "--", "-x"], resilient_parsing=True
    )
    assert context.params["args"] == ("--json", "-V", "--", "-x")
    assert context.params["as_json"] is False


def told(options: RunOptions, capsys: pytest.CaptureFixture[str]) -> list[str]:
    report(options, result(step(status=Status.TIME_LIMIT, exit_code=None)))
    out, err = capsys.readouterr()
    assert out == ""
    return err.splitlines()


def test_why_it_ended_is_one_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(RunOptions(file="x"), capsys) == ["codecage: stopped: it ran longer than 10 s"]


def test_asking_for_more_than_the_limit_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(RunOptions(file="x", wall_seconds=60.0), capsys) == [
        "codecage: stopped: it ran longer than 10 s",
        "codecage: --time can only lower the limit, which is 10 s here",
    ]


def test_files_are_listed_and_the_way_to_get_them_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report(RunOptions(file="x"), result(step(), artifacts=(Artifact(path="a\n", content=b"1"),)))
    assert capsys.readouterr() == (
        "",
        "codecage: made a\\n (1 byte)\n"
        "codecage: to keep them, run it again with --output-dir DIR before FILE\n",
    )


def test_files_are_written_where_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = RunOptions(file="x", output_dir=Path("out"))
    report(options, result(step(), artifacts=(Artifact(path="a", content=b"1"),)))
    assert (folder / "out/a").read_bytes() == b"1"
    assert capsys.readouterr().err == "codecage: wrote to out: a (1 byte)\n"


def test_a_folder_that_cannot_be_written_loses_nothing_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = RunOptions(file="x", output_dir=Path("hi.py/out"))
    report(options, result(step(), artifacts=(Artifact(path="a", content=b"1"),)))
    assert capsys.readouterr().err == (
        "codecage: did not write (hi.py/out cannot be written: Not a directory): a (1 byte)\n"
    )


def test_at_a_terminal_files_are_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    list_files([Saved("[red]a", 2048), Saved("b", 1, "no room")], Path("out"))
    shown = capsys.readouterr().err
    assert all(words in shown for words in ("[red]a", "2 KiB", "in out", "written", "no room"))
