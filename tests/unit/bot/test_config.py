from pathlib import Path

import pytest
import yaml

from bot.config import BotConfig, DiscordConfig, StoreConfig, load_bot_config
from bot.models import Rules
from executor import ConfigError

EXAMPLE = Path(__file__).resolve().parents[3] / "config.example.yaml"
DATA = {"CODECAGE_DATA_DIR": "/data"}


def load(tmp_path: Path, text: str, **environ: str) -> BotConfig:
    file = tmp_path / "config.yaml"
    file.write_text(text)
    return load_bot_config(file, {**DATA, **environ})


def test_without_a_file_everything_has_a_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = load_bot_config(environ=DATA)
    assert config.discord == DiscordConfig(prefixes=("./run",))
    assert config.policy == Rules(running_per_member=1, cooldown_seconds=2)
    assert config.store == StoreConfig(url=None)
    assert config.shared.file is None


def test_the_example_file_says_the_defaults_with_every_key_of_the_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    example, defaults = load_bot_config(EXAMPLE, DATA), load_bot_config(environ=DATA)
    assert (example.discord, example.policy, example.store) == (
        defaults.discord,
        defaults.policy,
        defaults.store,
    )
    written = yaml.safe_load(EXAMPLE.read_text())
    assert set(written["discord"]) == {"token_file", "api_url", "gateway_url", "prefixes"}
    policy = {"languages", "channels", "running_per_member", "cooldown", "direct_messages"}
    assert set(written["policy"]) == policy
    assert set(written["policy"]["languages"]) == set(written["policy"]["channels"])
    assert set(written["store"]) == {"url", "keep_code", "keep_history"}


def test_every_setting_of_the_bot_is_read(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        """
        discord:
          api_url: https://proxy.example/api/v10/
          gateway_url: ws://[::1]:81/gateway
          prefixes: ["!run", "./run"]
        policy:
          languages: {allow: [python, C++], block: [bash]}
          channels: {allow: [12], block: [34, 56]}
          running_per_member: 2
          cooldown: 500ms
          direct_messages: false
        store: {url: postgresql://localhost/codecage, keep_code: 0s, keep_history: 24h}
        executor: {queue: 7}
        """,
    )
    assert config.discord == DiscordConfig(
        api_url="https://proxy.example/api/v10",
        gateway_url="ws://[::1]:81/gateway",
        prefixes=("!run", "./run"),
    )
    assert config.policy == Rules(
        languages_allowed=frozenset({"python", "C++"}),
        languages_blocked=frozenset({"bash"}),
        channels_allowed=frozenset({12}),
        channels_blocked=frozenset({34, 56}),
        running_per_member=2,
        cooldown_seconds=0.5,
        direct_messages=False,
    )
    assert config.store == StoreConfig(
        url="postgresql://localhost/codecage", keep_code_seconds=0, keep_history_seconds=86_400
    )
    assert config.shared.executor.queue == 7


def test_the_environment_wins(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "policy: {cooldown: 9s}",
        CODECAGE_POLICY_COOLDOWN="1s",
        CODECAGE_POLICY_LANGUAGES_BLOCK="[bash]",
        CODECAGE_DISCORD_PREFIXES='["!r"]',
        CODECAGE_DISCORD_API_URL="http://127.0.0.1:8080/api/v10",
        CODECAGE_DISCORD_GATEWAY_URL="ws://localhost:8081/gateway",
    )
    assert config.policy.cooldown_seconds == 1
    assert config.policy.languages_blocked == frozenset({"bash"})
    assert config.discord.prefixes == ("!r",)
    assert config.discord.api_url == "http://127.0.0.1:8080/api/v10"
    assert config.discord.gateway_url == "ws://localhost:8081/gateway"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("discrod: {}", "did you mean discord?", id="unknown-section"),
        pytest.param("discord: {prefix: [x]}", "did you mean prefixes?", id="unknown-key"),
        pytest.param("discord: {token: x}", "did you mean token_file?", id="token-in-the-file"),
        pytest.param("store: {url: mysql://x/y}", "postgresql://user@host/name", id="other-database"),
        pytest.param("discord: {token_file: ''}", "'' is no path", id="no-token-file"),
        pytest.param('discord: {token_file: "a\\0b"}', "is no path", id="NUL-in-a-path"),
        pytest.param("discord: {token_file: ~nobody-so-called/x}", "no path", id="nobodys-home"),
        pytest.param("policy: {cooldown: 2}", "2s", id="time-without-a-unit"),
        pytest.param("policy: {cooldown: -1s}", "policy.cooldown", id="negative-time"),
        pytest.param("policy: {running_per_member: 0}", "running_per_member", id="no-runs-at-all"),
        pytest.param("policy: {languages: {allow: python}}", "[python, c++]", id="not-a-list"),
        pytest.param("policy: {channels: {block: [code]}}", "channels.block", id="channel-by-name"),
        pytest.param('discord: {prefixes: ["a b"]}', "'a b' is no prefix", id="prefix-of-two-words"),
        pytest.param('discord: {prefixes: [""]}', "is no prefix", id="empty-prefix"),
        pytest.param(
            "discord: {api_url: http://discord.example/api}", "write https://", id="plain-http-abroad"
        ),
        pytest.param(
            "discord: {gateway_url: ws://10.0.0.1/gateway}", "write wss://", id="plain-ws-abroad"
        ),
        pytest.param(
            "discord: {api_url: http://127.0.0.1.example/api}", "write https://", id="looks-like-loopback"
        ),
        pytest.param(
            "discord: {api_url: http://127.0.0.1@evil.example/}", "write https://", id="loopback-as-user-name"
        ),
        pytest.param("discord: {api_url: wss://x.example}", "begins with https://", id="wrong-scheme"),
        pytest.param("discord: {api_url: 'http://localhost:x/'}", "is not an address", id="wrong-port"),
        pytest.param("discord: {gateway_url: nonsense}", "begins with wss://", id="no-address"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_file_and_fix(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert words in str(caught.value)
    assert "config.yaml" in str(caught.value)


def test_the_token_comes_from_the_environment_first(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    text = "discord: {token_file: token}"
    for environ, token in [
        ({}, "from-file"),
        ({"DISCORD_TOKEN": " from-env "}, "from-env"),
        ({"DISCORD_TOKEN": ""}, "from-file"),
    ]:
        assert load(tmp_path, text, **environ).discord.token == token
    assert load(tmp_path, "").discord.token is None


def test_a_token_file_named_by_a_variable_is_looked_for_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "token").write_text("from-here")
    monkeypatch.chdir(here)
    environ = {"CODECAGE_DISCORD_TOKEN_FILE": "token"}
    config = load(tmp_path, "", **environ)
    assert config.discord.token == "from-here"  # noqa: S105 - not a secret


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "cannot be read", id="missing"),
        pytest.param(b"", "nothing else", id="empty"),
        pytest.param(b"two words", "nothing else", id="more-than-a-token"),
        pytest.param(b"\xff\xfe", "cannot be read: it is not text", id="binary"),
        pytest.param(b"x" * 5000, "nothing else", id="longer-than-any-token"),
    ],
)
def test_a_token_file_that_does_not_fit_stops_the_start(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(ConfigError, match=r"discord\.token_file") as caught:
        load(tmp_path, "discord: {token_file: token}")
    assert words in str(caught.value)


def test_a_token_is_never_shown(tmp_path: Path) -> None:
    environ = {"DISCORD_TOKEN": "very-secret"}
    config = load(tmp_path, "", **environ)
    assert config.discord.token == "very-secret"  # noqa: S105 - not a secret
    assert "very-secret" not in repr(config)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("postgresql://me:hunter2@host/name", id="before-the-host"),
        pytest.param("postgresql://me@host/name?password=hunter2", id="as-a-parameter"),
        pytest.param("mysql://me:hunter2@host/name", id="of-another-database"),
    ],
)
def test_a_database_s_password_in_the_file_is_refused_and_not_repeated(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises(ConfigError, match=r"store\.url: a password never stands") as refused:
        load(tmp_path, f"store: {{url: '{url}'}}")
    assert "PGPASSFILE" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("mysql://me:hunter2@host/name", id="another-database"),
        pytest.param("postgresql://me:hunter2@[::1/name", id="half-a-bracket"),
        pytest.param("me:hunter2@host", id="no-address"),
    ],
)
def test_an_address_from_the_environment_that_does_not_fit_is_not_repeated(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises(ConfigError, match="CODECAGE_STORE_URL") as refused:
        load(tmp_path, "", CODECAGE_STORE_URL=url)
    assert "postgresql://user@host/name" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_database_s_password_may_come_from_the_environment_and_is_not_shown(
    tmp_path: Path,
) -> None:
    config = load(tmp_path, "", CODECAGE_STORE_URL="postgresql://me:hunter2@host/name")
    assert config.store.url == "postgresql://me:hunter2@host/name"
    assert "hunter2" not in repr(config)
