"""Finds the languages' tools on this host and asks each for its version, once per tool."""

import asyncio
import json
import logging
import os
import re
import tempfile
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

from executor.catalog import Catalog, Language, MissingLanguage, names_of
from executor.errors import ConfigError
from executor.languagefile import LanguageSpec, read_language_file

log = logging.getLogger(__name__)

# A sandbox sees the host's /usr and nothing else of it, so a tool outside cannot run there.
SEARCH: Final = ("/usr/local/bin", "/usr/bin", "/bin")
VISIBLE: Final = "/usr/"

_VERSION_SECONDS: Final = 10.0
_AT_ONCE: Final = 4


async def load_catalog(
    languages_dir: Path | None,
    *,
    cache_file: Path | None = None,
    only: Collection[str] | None = None,
) -> Catalog:
    """Read the language files and find out which of them can run here.

    Args:
        languages_dir: the folder of YAML files; `None` means the ones that come along.
        cache_file: where tools' versions are remembered; a broken one is ignored.
        only: load just the languages with these names.

    Raises:
        ConfigError: a language file does not fit, or two want the same name.
    """
    specs = read_language_files(languages_dir or packaged_languages())
    chosen = [spec for spec in specs if only is None or spec.name in only]
    cache = _VersionCache(cache_file)
    gate = asyncio.Semaphore(_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_examine(spec, cache, gate)) for spec in chosen]
    cache.save()
    found = [task.result() for task in tasks]
    return Catalog(
        [x for x in found if isinstance(x, Language)],
        [x for x in found if isinstance(x, MissingLanguage)],
    )


def packaged_languages() -> Path:
    """Return the folder of the language files that come along: installed, or in a checkout."""
    here = Path(__file__).parent
    installed = here / "_languages"
    return installed if installed.is_dir() else here.parent / "languages"


def read_language_files(folder: Path) -> tuple[LanguageSpec, ...]:
    """Return the languages of every ``*.yaml`` in ``folder``.

    Raises:
        ConfigError: there is none, one does not fit, or two want the same name.
    """
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise ConfigError(
            f"{folder} holds no language files (*.yaml); leave executor.languages_dir out "
            "to use those that come with codecage."
        )
    files: dict[str, LanguageSpec] = {}
    for path in paths:
        spec = read_language_file(path)
        other = files.setdefault(spec.name, spec)
        if other is not spec:
            raise ConfigError(f"{path}: name: {other.file} already describes {spec.name}.")
    names_of(files.values())
    return tuple(files.values())


def find_tool(name: str, *, search: Iterable[str] = SEARCH, visible: str = VISIBLE) -> str | None:
    """Return the path under which a sandbox can start ``name``, or `None`.

    Links are followed only as far as they leave ``visible`` (Debian's java is a link into
    /etc/alternatives): the last names in a chain matter to tools that look at their own.
    """
    for folder in search:
        path = Path(folder, name)
        if os.access(path, os.X_OK) and path.is_file():
            chain = _link_chain(path)
            outside = [i for i, link in enumerate(chain) if not str(link).startswith(visible)]
            start = outside[-1] + 1 if outside else 0
            if start < len(chain):
                return str(chain[start])
    return None


def _link_chain(path: Path) -> list[Path]:
    """Return ``path`` and everything it leads to, with folders' own links resolved."""
    chain = [path.parent.resolve() / path.name]
    while chain[-1].is_symlink():
        target = chain[-1].parent / chain[-1].readlink()
        chain.append(target.parent.resolve() / target.name)
    return chain


def _tools_of(spec: LanguageSpec) -> tuple[str, ...]:
    commands = [argv[0] for argv in (spec.compile_argv, spec.run_argv, spec.version.argv) if argv]
    return tuple(dict.fromkeys([*spec.requires, *(x for x in commands if "/" not in x)]))


async def _examine(
    spec: LanguageSpec, cache: "_VersionCache", gate: asyncio.Semaphore
) -> Language | MissingLanguage:
    tools: dict[str, str] = {}
    for name in _tools_of(spec):
        path = find_tool(name)
        if path is None:
            return MissingLanguage(spec=spec, reason=f"{name} is not installed below /usr")
        tools[name] = path
    async with gate:
        version = await _version(spec, tools, cache)
    if version is None:
        tool = tools.get(spec.version.argv[0], spec.version.argv[0])
        return MissingLanguage(spec=spec, reason=f"{tool} did not say its version")
    return Language(spec=spec, version=version, tools=tools, etc=_existing(spec.etc))


def _existing(patterns: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    for pattern in patterns:
        path = Path(pattern)
        found.extend(str(match) for match in sorted(path.parent.glob(path.name)))
    return tuple(dict.fromkeys(found))


async def _version(
    spec: LanguageSpec, tools: Mapping[str, str], cache: "_VersionCache"
) -> str | None:
    name, *rest = spec.version.argv
    argv = (tools.get(name, name), *rest)
    remembered = cache.get(argv, spec.version.pattern)
    if remembered is not None:
        return remembered
    output = await _output(argv)
    match = re.search(spec.version.pattern, output, re.MULTILINE)
    if match is None or not match[1]:
        log.warning("%s printed no version that %s knows", argv[0], spec.file)
        return None
    cache.put(argv, spec.version.pattern, match[1])
    return match[1]


async def _output(argv: tuple[str, ...]) -> str:
    """Return what a tool prints on both streams; empty when it fails to start or end in time."""
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={},
            cwd="/",
        )
    except OSError:
        return ""
    try:
        async with asyncio.timeout(_VERSION_SECONDS):
            output, _ = await process.communicate()
        return output.decode("utf-8", "replace")
    except TimeoutError:
        return ""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


class _VersionCache:
    """Versions by tool; an entry holds while the tool's file keeps its time and size."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._changed = False
        self._entries: dict[str, str] = {}
        if file is not None:
            try:
                loaded = json.loads(file.read_text(encoding="utf-8"))
                self._entries = {str(k): v for k, v in loaded.items() if isinstance(v, str)}
            except (OSError, ValueError, AttributeError):
                log.debug("no remembered versions in %s", file)

    def get(self, argv: tuple[str, ...], pattern: str) -> str | None:
        return self._entries.get(_key(argv, pattern))

    def put(self, argv: tuple[str, ...], pattern: str, version: str) -> None:
        self._entries[_key(argv, pattern)] = version
        self._changed = True

    def save(self) -> None:
        """Write the entries at once or not at all; a cache that cannot be kept is no error."""
        if self._file is None or not self._changed:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "w", dir=self._file.parent, prefix=".versions-", delete=False
            ) as temporary:
                json.dump(self._entries, temporary, indent=0, sort_keys=True)
            Path(temporary.name).replace(self._file)
        except OSError as error:
            log.info("versions are not remembered in %s: %s", self._file, error.strerror)


def _key(argv: tuple[str, ...], pattern: str) -> str:
    status = Path(argv[0]).stat()
    return json.dumps([*argv, pattern, status.st_mtime_ns, status.st_size])
