"""Builds languages for tests, through the same reader as the real files."""

from pathlib import Path

from executor.catalog import Language, MissingLanguage
from executor.languagefile import LanguageSpec, parse_language


def document(**changes: object) -> dict[str, object]:
    """Return the smallest valid language file, changed; `None` takes a key out."""
    base: dict[str, object] = {
        "name": "python",
        "aliases": ["py", "py3"],
        "extensions": [".py"],
        "runtime": "cpython",
        "entry": "main.py",
        "run": {"argv": ["python3", "{entry}"]},
        "version": {"argv": ["python3", "--version"], "pattern": r"Python (\S+)"},
        "check": {"code": "print(1)", "stdout": "1\n"},
    }
    return {k: v for k, v in {**base, **changes}.items() if v is not None}


def spec(**changes: object) -> LanguageSpec:
    loaded = document(**changes)
    return parse_language(loaded, file=Path(f"{loaded['name']}.yaml"))


def language(
    version: str = "3.11.2", *, tools: dict[str, str] | None = None, **changes: object
) -> Language:
    tools = {"python3": "/usr/bin/python3"} if tools is None else tools
    return Language(spec=spec(**changes), version=version, tools=tools, etc=("/etc/x",))


def missing(reason: str, **changes: object) -> MissingLanguage:
    return MissingLanguage(spec=spec(**changes), reason=reason)
