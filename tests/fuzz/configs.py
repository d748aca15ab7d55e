"""Whatever stands in a settings file: settings, or the one error that names the file and the key."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from bot.config import load_bot_config
from bot.models import Rules
from bot.settings.file import SettingsFileError, from_yaml, to_yaml
from bot.settings.server import Server
from bot.settings.values import ServerSettings
from executor.config import load_config
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
_ROOT = Path(__file__).resolve().parents[2]
SEEDS = tuple(
    b"\0" + text
    for text in (
        (_ROOT / "config.example.yaml").read_bytes(),
        *(path.read_bytes() for path in sorted((_ROOT / "languages").glob("*.yaml"))),
        to_yaml(ServerSettings()).encode(),
        b"languages: {everywhere: {only: [py]}, channels: {1: {except: [bash]}}, default: js}\n"
        b"channels: {only: [1, '2']}\nlimits: {cooldown: 5s, runs_per_hour: 9}\nlog_channel: 2\n",
    )
)


def one(data: bytes) -> None:
    """Read one file as settings and as a language, perhaps with a variable beside it."""
    recipe = Recipe(data)
    kind = recipe.byte()
    environ: dict[str, str] = {}
    if kind & 1:
        text = recipe.text().replace("\0", "").encode("utf-8", "replace").decode()
        environ = {VARIABLES[(kind >> 1) % len(VARIABLES)]: text}
    with tempfile.TemporaryDirectory(prefix="codecage-fuzz-") as folder:
        path = Path(folder, "c.yaml")
        written = recipe.take(1 << 16)
        path.write_bytes(written)
        check_settings(path, environ)
        check_language(path)
        check_server(written)


def check_settings(path: Path, environ: Mapping[str, str]) -> str:
    """Return the complaint about a settings file, checked; empty if it is taken."""
    try:
        load_config(path, environ)
        config = load_bot_config(path, environ)
    except ConfigError as error:
        return checked(str(error), (str(path), "CODECAGE_", "discord.token_file"))
    assert config.shared.executor.limits.run.memory_bytes > 0
    return ""


def check_language(path: Path) -> str:
    """Return the complaint about a language file, checked; empty if it is taken."""
    try:
        spec = read_language_file(path)
    except ConfigError as error:
        return checked(str(error), (str(path),))
    assert spec.name == spec.name.lower()
    return ""


def check_server(written: bytes) -> str:
    """Return the complaint about a file that a moderator uploads, checked; empty if it is taken."""
    try:
        chosen = from_yaml(written, SERVER)
    except SettingsFileError as error:
        return checked(str(error), ("line ", "… and "))
    assert from_yaml(to_yaml(chosen).encode(), SERVER) == chosen
    return ""


def checked(complaint: str, sources: tuple[str, ...]) -> str:
    """Return ``complaint``; each of its lines must say where the mistake is."""
    assert complaint
    for line in complaint.splitlines():
        assert any(source in line for source in sources), line
    return complaint
