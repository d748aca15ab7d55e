"""config.example.yaml says what the defaults are; here it is held to that."""

from pathlib import Path

import pytest
import yaml

from executor import config
from executor.config import load_config
from executor.limitsection import LimitsSection

EXAMPLE = Path(__file__).resolve().parents[3] / "config.example.yaml"


def test_the_example_is_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("")
    example, default = load_config(EXAMPLE, {}), load_config(tmp_path / "empty.yaml", {})
    assert example.executor == default.executor
    assert example.http == default.http
    assert example.log == default.log


@pytest.mark.parametrize(
    ("path", "model"),
    [
        pytest.param("executor", config._Executor, id="executor"),
        pytest.param("executor.limits.run", LimitsSection, id="run-limits"),
        pytest.param("executor.limits.compile", LimitsSection, id="compile-limits"),
        pytest.param("http", config._Http, id="http"),
        pytest.param("log", config._Log, id="log"),
    ],
)
def test_the_example_shows_every_key(path: str, model: type[config.Section]) -> None:
    section = yaml.safe_load(EXAMPLE.read_text())
    for key in path.split("."):
        section = section[key]
    assert set(section) == set(model.model_fields)


def test_the_example_names_every_section() -> None:
    assert list(yaml.safe_load(EXAMPLE.read_text())) == [
        "data_dir", "discord", "policy", "store", "executor", "http", "log",
    ]  # fmt: skip
