"""Settings of the executor: built-in defaults, then config.yaml, then the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

import platformdirs
from pydantic import Field, PositiveInt

from executor.configfile import (
    Duration,
    PathText,
    Section,
    Size,
    Strings,
    load_document,
    unknown_key,
    validate_section,
)
from executor.errors import ConfigError
from executor.limits import DEFAULT_LIMITS, StagePatch, ceiling_over, twice
from executor.limitsection import LimitsSection
from executor.models import StageLimits
from executor.strictyaml import Fault, NotTakenError, StrictLoader

__all__ = [
    "Config",
    "Duration",
    "ExecutorConfig",
    "Fault",
    "HttpConfig",
    "LogConfig",
    "NotTakenError",
    "PathText",
    "Section",
    "Size",
    "StrictLoader",
    "Strings",
    "find_config_file",
    "load_config",
    "load_document",
    "load_settings",
    "read_config",
    "validate_section",
]

# One file serves all parts. The first three sections are the bot's; it checks what is in them.
SECTIONS: Final = ("data_dir", "discord", "policy", "store", "executor", "http", "log")

DEFAULT_CEILING: Final = StageLimits(
    compile=twice(DEFAULT_LIMITS.compile), run=twice(DEFAULT_LIMITS.run)
)

_MOST_RUNNING: Final = 10_000  # each with a user of its own, of 65,536


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorConfig:
    """What the executor needs to know.

    ``running`` is how many jobs may run at once; `None` means as many as memory allows.
    ``languages_dir`` of `None` means the language files that come along.
    ``uid_base`` is the first of 65,536 host user ids for sandboxes; `None` means a free range.
    ``run_without_containment``: where there can be no sandbox, one's own programs (`codecage run`) run.
    """

    data_dir: Path
    languages_dir: Path | None = None
    queue: int = 256
    running: int | None = None
    limits: StageLimits = DEFAULT_LIMITS
    ceiling: StageLimits = DEFAULT_CEILING
    uid_base: int | None = None
    run_without_containment: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpConfig:
    """Where the HTTP API listens and who may use it."""

    host: str = "127.0.0.1"
    port: int = 2000
    auth: Literal["keys", "none"] = "keys"
    cors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogConfig:
    """What is logged, and as what. ``traces`` is where traces go, an OTLP address; `None` nowhere."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"
    traces: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The executor's side of config.yaml. ``file`` is what it came from, `None` for defaults."""

    executor: ExecutorConfig
    http: HttpConfig
    log: LogConfig
    file: Path | None = None


class _Stages(Section):
    run: LimitsSection = LimitsSection()
    compile: LimitsSection = LimitsSection()

    def patch(self) -> StagePatch:
        return StagePatch(compile=self.compile.patch(), run=self.run.patch())


class _Executor(Section):
    languages_dir: PathText | None = Field(None, examples=["/etc/codecage/languages"])
    queue: PositiveInt = Field(256, le=1_000_000)
    running: Literal["auto"] | Annotated[PositiveInt, Field(le=_MOST_RUNNING)] = "auto"
    limits: _Stages = _Stages()
    ceiling: _Stages = _Stages()
    uid_base: int | None = Field(None, ge=1000, le=2**32 - 2**17, examples=["1879048192"])
    run_without_containment: bool = False


class _Http(Section):
    host: str = Field("127.0.0.1", min_length=1)
    port: int = Field(2000, ge=0, le=65535)
    auth: Literal["keys", "none"] = "keys"
    cors: Strings = Field((), examples=['["https://example.org"]'])


class _Log(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"
    traces: str | None = Field(
        None, pattern=r"^https?://", examples=["http://127.0.0.1:4318/v1/traces"]
    )


class _Top(Section):
    data_dir: PathText | None = Field(None, examples=["/var/lib/codecage"])


def find_config_file(explicit: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Return the settings file to read: ``explicit``, ``CODECAGE_CONFIG``, or ./config.yaml.

    Raises:
        ConfigError: a file that was asked for is not there. Without ./config.yaml it is `None`.
    """
    named = explicit or (
        Path(environ["CODECAGE_CONFIG"]) if environ.get("CODECAGE_CONFIG") else None
    )
    if named is None:
        return Path("config.yaml") if Path("config.yaml").is_file() else None
    if not named.exists() or named.is_dir():
        source = "--config" if explicit else "CODECAGE_CONFIG"
        if named.is_dir():
            raise ConfigError(
                f"{named}, which {source} names, is a folder; name a file, such as"
                f" {named / 'config.yaml'}."
            )
        raise ConfigError(
            f"There is no file {named}, which {source} names; config.example.yaml is a start."
        )
    return named


def load_settings(
    explicit: Path | None = None, environ: Mapping[str, str] | None = None
) -> tuple[Path | None, Mapping[str, object]]:
    """Find and read the settings file; only its top-level keys are checked here.

    Args:
        explicit: what ``--config`` says.
        environ: the process's environment; `None` reads the real one.

    Raises:
        ConfigError: the file is missing, is not YAML, or has a section that nobody knows.
    """
    path = find_config_file(explicit, os.environ if environ is None else environ)
    document = load_document(path) if path else {}
    for key in document:
        if key not in SECTIONS:
            raise ConfigError(f"{path}: {unknown_key(key, SECTIONS)}")
    return path, document


def load_config(explicit: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Return the executor's settings from the file that `find_config_file` finds.

    Raises:
        ConfigError: something in the file or the environment does not fit.
    """
    path, document = load_settings(explicit, environ)
    return read_config(document, file=path, environ=environ)


def read_config(
    document: Mapping[str, object], *, file: Path | None, environ: Mapping[str, str] | None = None
) -> Config:
    """Return the executor's settings out of a loaded document, under the environment's.

    Raises:
        ConfigError: a key or value of the sections data_dir, executor, http or log does not fit.
    """
    env = os.environ if environ is None else environ
    name = str(file or "built-in defaults")
    top = _section(_Top, {k: v for k, v in document.items() if k == "data_dir"}, name, "", env)
    http = _section(_Http, document.get("http"), name, "http", env)
    log = _section(_Log, document.get("log"), name, "log", env)
    part = _section(_Executor, document.get("executor"), name, "executor", env)
    limits = part.limits.patch().over(DEFAULT_LIMITS)
    return Config(
        executor=ExecutorConfig(
            data_dir=_located(top.data_dir, "CODECAGE_DATA_DIR", file, env) or _default_data_dir(),
            languages_dir=_located(
                part.languages_dir, "CODECAGE_EXECUTOR_LANGUAGES_DIR", file, env
            ),
            queue=part.queue,
            running=None if part.running == "auto" else part.running,
            limits=limits,
            ceiling=ceiling_over(limits, part.ceiling.patch()),
            uid_base=part.uid_base,
            run_without_containment=part.run_without_containment,
        ),
        http=HttpConfig(host=http.host, port=http.port, auth=http.auth, cors=http.cors),
        log=LogConfig(level=log.level, format=log.format, traces=log.traces),
        file=file,
    )


_S = TypeVar("_S", bound=Section)


def _section(
    model: type[_S], data: object, file: str, section: str, environ: Mapping[str, str]
) -> _S:
    return validate_section(model, data, file=file, section=section, environ=environ)


def _located(
    path: str | None, variable: str, file: Path | None, environ: Mapping[str, str]
) -> Path | None:
    """Return ``path`` as who wrote it means it: a file's are relative to that file."""
    if path is None:
        return None
    base = Path() if file is None or environ.get(variable) else file.parent
    return (base / Path(path).expanduser()).absolute()


def _default_data_dir() -> Path:
    # Root's own data folder (/root/.local/share) is closed to the unprivileged user the bot becomes.
    if os.geteuid() == 0:
        return Path("/var/lib/codecage")
    return platformdirs.user_data_path("codecage")
