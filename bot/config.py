"""Settings of the bot: built-in defaults, then config.yaml, then the environment."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, parse_qs, urlsplit

from pydantic import BeforeValidator, Field, PositiveInt, field_validator

from bot.models import Rules
from executor import ConfigError
from executor.config import (
    Config,
    Duration,
    PathText,
    Section,
    Strings,
    load_settings,
    read_config,
    validate_section,
)

# Many times a real one: what is longer is another file, perhaps one without an end.
_TOKEN_LENGTH = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordConfig:
    """How to reach Discord. A token is a secret: it is read from a file or the environment only.

    ``api_url`` and ``gateway_url`` of `None` mean Discord itself.
    """

    token: str | None = field(default=None, repr=False)
    api_url: str | None = None
    gateway_url: str | None = None
    prefixes: tuple[str, ...] = ("./run",)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreConfig:
    """Where what must last is kept; ``url`` of `None` means an SQLite file in the data folder.

    ``keep_code_seconds`` is how long programs are kept that stand in no message; 0 keeps none.
    ``keep_history_seconds`` is how long it is kept who ran what; 0 keeps nothing of it.
    """

    url: str | None = field(default=None, repr=False)  # with a password, from the environment
    keep_code_seconds: float = 7 * 24 * 3600.0
    keep_history_seconds: float = 30 * 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BotConfig:
    """Everything config.yaml says: the bot's sections and, in ``shared``, the executor's."""

    discord: DiscordConfig
    policy: Rules
    store: StoreConfig
    shared: Config


def _sequence(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


_Ids = Annotated[tuple[PositiveInt, ...], BeforeValidator(_sequence)]


class _Languages(Section):
    allow: Literal["all"] | Strings = Field("all", examples=["[python, c++]"])
    block: Strings = Field((), examples=["[bash]"])


class _Channels(Section):
    allow: Literal["all"] | _Ids = Field("all", examples=["[1000000000000000001]"])
    block: _Ids = Field((), examples=["[1000000000000000001]"])


class _Policy(Section):
    languages: _Languages = _Languages()
    channels: _Channels = _Channels()
    running_per_member: PositiveInt = 1
    cooldown: Duration = Field(2.0, ge=0, examples=["2s"])
    direct_messages: bool = True


class _Discord(Section):
    token_file: PathText | None = Field(None, examples=["/run/secrets/discord-token"])
    api_url: str | None = Field(None, examples=["http://127.0.0.1:8080/api/v10"])
    gateway_url: str | None = Field(None, examples=["ws://127.0.0.1:8081/gateway"])
    prefixes: Strings = Field(("./run",), examples=['["./run"]'])

    @field_validator("api_url")
    @classmethod
    def _api_is_safe(cls, url: str | None) -> str | None:
        return _checked(url, plain="http", encrypted="https")

    @field_validator("gateway_url")
    @classmethod
    def _gateway_is_safe(cls, url: str | None) -> str | None:
        return _checked(url, plain="ws", encrypted="wss")

    @field_validator("prefixes")
    @classmethod
    def _prefixes_can_be_typed(cls, prefixes: tuple[str, ...]) -> tuple[str, ...]:
        for prefix in prefixes:
            if not prefix or prefix.split() != [prefix] or "`" in prefix:
                raise ValueError(f"{prefix!r} is no prefix; write a word such as ./run")
        return prefixes


class _Store(Section):
    url: str | None = Field(None, examples=["postgresql://codecage@localhost/codecage"])
    keep_code: Duration = Field(7 * 24 * 3600.0, ge=0, examples=["168h"])
    keep_history: Duration = Field(30 * 24 * 3600.0, ge=0, examples=["720h"])

    @field_validator("url")
    @classmethod
    def _url_is_of_a_database(cls, url: str | None) -> str | None:
        if url is None or (url.startswith(("postgresql://", "postgres://")) and _split(url)):
            return url
        raise ValueError(  # which does not repeat it: there may be a password in it
            "it names no database that is known here; write postgresql://user@host/name, or leave"
            " the key out for a file in data_dir"
        )


def load_bot_config(
    explicit: Path | None = None, environ: Mapping[str, str] | None = None
) -> BotConfig:
    """Return all settings from the file that ``--config``, the environment or the folder names.

    Args:
        explicit: what ``--config`` says.
        environ: the process's environment; `None` reads the real one.

    Raises:
        ConfigError: something in the file, the environment or the token file does not fit.
    """
    env = os.environ if environ is None else environ
    file, document = load_settings(explicit, env)
    name = str(file or "built-in defaults")
    part = validate_section(
        _Discord, document.get("discord"), file=name, section="discord", environ=env
    )
    policy = validate_section(
        _Policy, document.get("policy"), file=name, section="policy", environ=env
    )
    _refuse_written_password(document.get("store"), name)
    store = validate_section(_Store, document.get("store"), file=name, section="store", environ=env)
    languages, channels = policy.languages.allow, policy.channels.allow
    return BotConfig(
        discord=DiscordConfig(
            token=_token(part.token_file, file, env),
            api_url=part.api_url,
            gateway_url=part.gateway_url,
            prefixes=part.prefixes,
        ),
        policy=Rules(
            languages_allowed=None if isinstance(languages, str) else frozenset(languages),
            languages_blocked=frozenset(policy.languages.block),
            channels_allowed=None if isinstance(channels, str) else frozenset(channels),
            channels_blocked=frozenset(policy.channels.block),
            running_per_member=policy.running_per_member,
            cooldown_seconds=policy.cooldown,
            direct_messages=policy.direct_messages,
        ),
        store=StoreConfig(
            url=store.url,
            keep_code_seconds=store.keep_code,
            keep_history_seconds=store.keep_history,
        ),
        shared=read_config(document, file=file, environ=env),
    )


def _split(url: str) -> SplitResult | None:
    """Return the parts of ``url``; `None` if it has brackets that do not belong together."""
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _refuse_written_password(section: object, name: str) -> None:
    """Refuse a settings file with a database's password in it: such files are shown and copied."""
    url = section.get("url") if isinstance(section, Mapping) else None
    if not isinstance(url, str):
        return
    parts = _split(url)
    if parts and (parts.password is not None or "password" in parse_qs(parts.query)):
        raise ConfigError(
            f"{name}: store.url: a password never stands in this file. Leave it out there, and put"
            " it into the variable PGPASSWORD or into a file that PGPASSFILE names."
        )


def _checked(url: str | None, *, plain: str, encrypted: str) -> str | None:
    """Return ``url`` if the bot's token may travel there: encrypted, or on this machine only."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # the port raises when it is not a number
    except ValueError as error:
        raise ValueError(f"{url!r} is not an address: {error}") from error
    if not host or parts.scheme not in {plain, encrypted}:
        raise ValueError(f"{url!r} is not an address that begins with {encrypted}://")
    if parts.scheme == plain and not _is_loopback(host):
        raise ValueError(
            f"{plain}:// to {host} would send the token unencrypted; write {encrypted}://"
            f" (plain {plain}:// is for 127.0.0.1, ::1 and localhost only)"
        )
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _token(token_file: str | None, config_file: Path | None, env: Mapping[str, str]) -> str | None:
    """Return ``DISCORD_TOKEN``, else what the token file holds, else `None`."""
    if token := env.get("DISCORD_TOKEN", "").strip():
        return token
    if token_file is None:
        return None
    is_relative_to_file = not env.get("CODECAGE_DISCORD_TOKEN_FILE")
    base = config_file.parent if config_file and is_relative_to_file else Path()
    path = base / Path(token_file).expanduser()
    try:
        with path.open(encoding="utf-8") as file:
            token = file.read(_TOKEN_LENGTH + 1).strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigError(
            f"discord.token_file: {path} cannot be read: {reason}. It holds the bot's token alone."
        ) from error
    if not token or len(token) > _TOKEN_LENGTH or len(token.split()) != 1:
        raise ConfigError(f"discord.token_file: {path} must hold the bot's token and nothing else.")
    return token
