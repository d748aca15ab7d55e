import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import __version__
from bot.cli import codecage

ROOT = Path(__file__).resolve().parents[3]


def invoke(*args: str, **environ: str) -> tuple[int, str]:
    result = CliRunner().invoke(codecage, args, env={"DISCORD_TOKEN": None, **environ})
    return result.exit_code, result.output


def test_help_names_every_command() -> None:
    status, output = invoke("--help")
    assert status == 0
    assert {"up", "bot", "run", "languages"} <= {
        line.split()[0] for line in output.splitlines() if line.startswith("  ") and line.split()
    }


def test_the_version_is_the_project_s() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert __version__ == project["version"]
    assert invoke("--version") == (0, f"codecage {__version__}\n")


def test_the_bot_without_a_token_says_where_to_put_it() -> None:
    status, output = invoke("bot")
    assert status == 3
    assert output.startswith("Error: There is no token: put")
    assert "DISCORD_TOKEN" in output


def test_wrong_usage_is_status_2() -> None:
    assert invoke("uup")[0] == 2


@pytest.mark.parametrize("command", ["up", "bot"])
def test_a_config_error_stops_the_start_with_file_key_and_fix(tmp_path: Path, command: str) -> None:
    file = tmp_path / "my.yaml"
    file.write_text("discord: {prefix: ['!']}")
    status, output = invoke("--config", str(file), command)
    assert status == 3
    assert output == f"Error: {file}: discord: unknown key 'prefix'; did you mean prefixes?\n"


def test_a_folder_in_a_config_file_s_place_is_said(tmp_path: Path) -> None:
    status, output = invoke("--config", str(tmp_path), "up")
    assert status == 3
    assert f"is a folder; name a file, such as {tmp_path / 'config.yaml'}." in output


def test_a_config_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    status, output = invoke("--config", str(tmp_path / "none.yaml"), "up")
    assert status == 3
    assert "none.yaml" in output
