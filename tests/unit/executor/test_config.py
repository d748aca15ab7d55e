from pathlib import Path

import pytest

from executor.config import (
    ExecutorConfig,
    HttpConfig,
    LogConfig,
    find_config_file,
    load_config,
)
from executor.errors import ConfigError
from executor.limits import DEFAULT_LIMITS, twice

MIB = 1024 * 1024


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_a_file_the_built_in_defaults_hold(folder: Path) -> None:
    config = load_config(environ={"CODECAGE_DATA_DIR": str(folder / "data")})
    assert config.executor == ExecutorConfig(data_dir=folder / "data")
    assert config.http == HttpConfig()
    assert config.log == LogConfig()
    assert config.file is None


def test_the_default_limits_are_those_of_the_documentation() -> None:
    run, compile_step = DEFAULT_LIMITS.run, DEFAULT_LIMITS.compile
    assert (run.wall_seconds, run.cpu_seconds, run.memory_bytes) == (10.0, 5.0, 256 * MIB)
    assert (compile_step.wall_seconds, compile_step.cpu_seconds) == (20.0, 15.0)
    assert compile_step.memory_bytes == 512 * MIB
    assert (run.processes, run.output_bytes, run.disk_bytes) == (64, MIB, 64 * MIB)
    assert (run.artifact_bytes, run.artifacts, run.inodes) == (8 * MIB, 50, 4096)


def test_the_file_is_found_in_order(folder: Path) -> None:
    for name in ("config.yaml", "env.yaml", "flag.yaml"):
        (folder / name).write_text("")
    env = {"CODECAGE_CONFIG": "env.yaml"}
    assert find_config_file(Path("flag.yaml"), env) == Path("flag.yaml")
    assert find_config_file(None, env) == Path("env.yaml")
    assert find_config_file(None, {}) == Path("config.yaml")
    (folder / "config.yaml").unlink()
    assert find_config_file(None, {}) is None


@pytest.mark.parametrize(
    ("explicit", "environ", "source"),
    [
        pytest.param(Path("none.yaml"), {}, "--config", id="flag"),
        pytest.param(None, {"CODECAGE_CONFIG": "none.yaml"}, "CODECAGE_CONFIG", id="variable"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_file_that_was_asked_for_must_be_there(
    explicit: Path | None, environ: dict[str, str], source: str
) -> None:
    with pytest.raises(ConfigError, match=f"no file none.yaml, which {source} names"):
        load_config(explicit, environ)


def test_a_whole_file_is_read(folder: Path) -> None:
    (folder / "config.yaml").write_text(
        """
        data_dir: data
        discord: {anything: the bot checks this}
        executor:
          languages_dir: my/languages
          queue: 3
          running: 2
          limits: {run: {wall: 3s, cpus: 0.5, artifact_files: 5}}
          ceiling: {run: {memory: 100MiB}}
        http: {host: "::1", port: 0, auth: none, cors: ["https://example.org"]}
        log: {level: debug, format: json}
        """
    )
    config = load_config(environ={})
    executor = config.executor
    assert executor.data_dir == folder / "data"
    assert executor.languages_dir == folder / "my/languages"
    assert (executor.queue, executor.running) == (3, 2)
    assert executor.limits.run.wall_seconds == 3.0
    assert executor.limits.run.cpus == 0.5
    assert executor.limits.run.artifacts == 5
    assert executor.limits.run.memory_bytes == DEFAULT_LIMITS.run.memory_bytes
    assert executor.ceiling.run.memory_bytes == 100 * MIB
    assert executor.ceiling.run.wall_seconds == 6.0
    assert executor.ceiling.compile == twice(DEFAULT_LIMITS.compile)
    assert config.http == HttpConfig(host="::1", port=0, auth="none", cors=("https://example.org",))
    assert config.log == LogConfig(level="debug", format="json")


def test_paths_are_relative_to_the_file_and_to_here_from_the_environment(folder: Path) -> None:
    (folder / "etc").mkdir()
    (folder / "etc/c.yaml").write_text("data_dir: d\n")
    assert load_config(Path("etc/c.yaml"), {}).executor.data_dir == folder / "etc/d"
    env = {"CODECAGE_DATA_DIR": "d"}
    assert load_config(Path("etc/c.yaml"), env).executor.data_dir == folder / "d"


@pytest.mark.usefixtures("folder")
def test_a_nested_limit_can_come_from_the_environment() -> None:
    env = {"CODECAGE_EXECUTOR_LIMITS_RUN_WALL": "4s", "CODECAGE_EXECUTOR_RUNNING": "auto"}
    config = load_config(environ=env).executor
    assert (config.limits.run.wall_seconds, config.running) == (4.0, None)
    assert config.ceiling.run.wall_seconds == 8.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("exekutor: {}", "unknown key 'exekutor'; did you mean executor", id="section"),
        pytest.param("executor: {queu: 1}", "executor: unknown key 'queu'", id="key"),
        pytest.param("executor: {queue: 0}", 'executor.queue: 0 .*"queue: 256"', id="no-queue"),
        pytest.param(
            "executor: {running: 0}", 'executor.running: 0 .*"running: auto"', id="none-run"
        ),
        pytest.param("executor: {running: fast}", "executor.running: 'fast'", id="not-a-count"),
        pytest.param(
            "executor: {limits: {run: {wall: 10}}}", "executor.limits.run.wall: .*10s", id="no-unit"
        ),
        pytest.param(
            "executor: {limits: {run: {cpus: .inf}}}",
            "executor.limits.run.cpus: inf",
            id="infinite",
        ),
        pytest.param(
            "executor: {limits: {run: {memory: 1MiB}}}",
            "executor.limits.run.memory: no program fits in 1 MiB; write 16 MiB or more",
            id="no-program-fits-in-its-memory",
        ),
        pytest.param(
            "executor: {ceiling: {compile: {memory: 0B}}}",
            "executor.ceiling.compile.memory: no program fits in 0 bytes",
            id="no-memory-at-all",
        ),
        *(
            pytest.param(
                f"executor: {{limits: {{run: {{{key}: {value}}}}}}}",
                rf"executor\.limits\.run\.{key}: .* does not fit\. Write for example",
                id=f"{key}-of-no-machine",
            )
            for key, value in (
                ("wall", "9000h"),
                ("cpu", "100000000m"),
                ("cpus", "1.0e+300"),
                ("memory", "999999999GiB"),
                ("processes", 9_000_000),
                ("output", "99999999999999GiB"),
                ("disk", "2000000GiB"),
                ("inodes", 2**33),
                ("open_files", 2**40),
                ("artifacts", "2GiB"),
                ("artifact_files", 2**32),
            )
        ),
        pytest.param("executor: {queue: 9999999999}", "executor.queue: 9999999999", id="queue"),
        pytest.param("executor: {running: 65536}", "executor.running: 65536", id="too-many-run"),
        pytest.param("executor: {uid_base: 0}", "executor.uid_base: 0", id="sandboxes-as-root"),
        pytest.param("http: {port: 99999}", "http.port: 99999", id="port"),
        pytest.param("log: {level: loud}", "log.level: 'loud'", id="level"),
        pytest.param("data_dir: 5", "data_dir: 5 .*/var/lib/codecage", id="data-dir"),
    ],
)
def test_a_mistake_stops_the_start_with_file_key_and_fix(
    folder: Path, text: str, expected: str
) -> None:
    (folder / "config.yaml").write_text(text)
    with pytest.raises(ConfigError, match=expected) as caught:
        load_config(environ={})
    assert "config.yaml" in str(caught.value)
