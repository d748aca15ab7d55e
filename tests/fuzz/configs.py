"""Whatever stands in a settings file: settings, or the one error that names the file and the key."""

import re
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from bot.config import load_bot_config
from bot.models import Rules
from bot.settings.file import SettingsFileError, from_yaml, to_yaml
from bot.settings.server import Server
from executor.errors import ConfigError
from executor.languagefile import read_language_file
from tests.fuzz.recipe import Recipe
from tests.runtimes import NAMES

VARIABLES = (
    "CODECAGE_EXECUTOR_RUNNING",
    "CODECAGE_EXECUTOR_LIMITS_RUN_MEMORY",
    "CODECAGE_HTTP_CORS",
    "CODECAGE_POLICY_COOLDOWN",
    "CODECAGE_DATA_DIR",
    "CODECAGE_DISCORD_API_URL",
)

SERVER = Server(
    guild_id=100,
    names=NAMES,
    channel_ids=frozenset({1, 2}),
    role_ids=frozenset({1, 2}),
    managing_role_ids=frozenset({1}),
    operator=Rules(),
)
SECTIONS = ("data_dir", "discord", "policy", "store", "executor", "http", "log")
LANGUAGE_KEYS = (
    "name", "aliases", "extensions", "runtime", "entry", "naming", "compile", "run", "env", "etc",
    "requires", "version", "check", "hints", "warm",
)  # fmt: skip
# Short ones: the time goes into reading YAML.
SEEDS = (
    b"\0data_dir: d\ndiscord:\n  prefixes: ['./run']\nexecutor: {queue: 3, running: auto,"
    b" limits: {run: {wall: 3s, memory: 64MiB, cpus: 0.5}}}\nlog: {level: debug}\n",
    b"\0policy:\n  languages: {allow: [py], block: all}\n  channels: {allow: [12]}\n  cooldown: 2s\n"
    b'http: {host: "::1", port: 0, auth: none, cors: ["https://a.b"]}\nstore: {url: null}\n',
    b"\0discord: {api_url: 'https://a.b/x', gateway_url: 'ws://[::1]:2', token_file: none}\n"
    b"executor: {languages_dir: ~/l, uid_base: 1879048192, ceiling: {compile: {processes: 9}}}\n"
    b"store: {url: 'postgresql://a@b/c', keep_code: 1h}\nlog: {traces: 'http://a:1/v1'}\n",
    b"\0name: x\naliases: [y]\nextensions: [.x]\nruntime: r\nentry: main.x\n"
    b"run: {argv: [x, '{entry}', '{args}'], limits: {cpu: 500ms}}\n"
    b"version: {argv: [x], pattern: '(a)'}\ncheck: {code: a, stdout: b}\nhints: ['^a+$']\n",
    b"\x01[a, b]\xff\xfehttp: {}\n",
    b"\0languages: {everywhere: {only: [py]}, channels: {1: {except: [bash]}}, default: js}\n"
    b"channels: {only: [1, '2']}\nlimits: {cooldown: 5s, runs_per_hour: 9}\nlog_channel: 2\n",
)


def one(data: bytes) -> None:
    """Read one file as settings and as a language, perhaps with a variable beside it."""
    recipe = Recipe(data)
    kind = recipe.byte()
    environ: dict[str, str] = {}
    if kind & 1:
        text = recipe.text().replace("\0", "").encode("utf-8", "replace").decode()
        environ = {VARIABLES[(kind >> 1) % len(VARIABLES)]: text}
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder, "c.yaml")
        written = recipe.take(1 << 16)
        path.write_bytes(written)
        check_settings(path, environ)
        check_language(path)
        check_server(written)


def check_settings(path: Path, environ: Mapping[str, str]) -> str:
    """Return the complaint about a settings file, checked; empty if it is taken."""
    try:
        config = load_bot_config(path, environ)
    except ConfigError as error:
        return checked(str(error), path, SECTIONS)
    assert config.shared.executor.limits.run.memory_bytes > 0
    return ""


def check_language(path: Path) -> str:
    """Return the complaint about a language file, checked; empty if it is taken."""
    try:
        spec = read_language_file(path)
    except ConfigError as error:
        return checked(str(error), path, LANGUAGE_KEYS)
    assert spec.name == spec.name.lower()
    return ""


def check_server(written: bytes) -> str:
    """Return the complaint about a file that a moderator uploads, checked; empty if it is taken."""
    try:
        chosen = from_yaml(written, SERVER)
    except SettingsFileError as error:
        reasons = error.reasons
    else:
        assert from_yaml(to_yaml(chosen).encode(), SERVER) == chosen
        return ""
    assert reasons
    assert all(re.match(r"line \d+(, column \d+)?: .|… and \d+ more", reason) for reason in reasons)
    return "\n".join(reasons)


def checked(complaint: str, path: Path, keys: Collection[str]) -> str:
    """Return ``complaint``; each line must name file and line, file and key, or a variable."""
    key = "|".join(keys)
    place = re.compile(
        rf"{re.escape(str(path))}"
        rf"(?:(?:, line \d+)?: not valid YAML: .| is not UTF-8 text|: unknown key .|: ({key})[.:]"
        r"|: expected keys and values)"
        r"|CODECAGE_\w+: .|The environment variable CODECAGE_\w+ |discord\.token_file: "
    )
    assert complaint
    for line in complaint.split("\n"):
        assert place.match(line), line
    return complaint
