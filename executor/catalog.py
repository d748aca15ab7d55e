"""Looks up the languages that can run here by name, alias and version. Pure."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from executor.errors import ConfigError, UnknownLanguageError
from executor.languagefile import LanguageSpec
from executor.models import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language whose tools were found.

    ``tools`` maps a command's name to its absolute path below /usr; ``etc`` are the paths below
    /etc that exist here and that the tools need.
    """

    spec: LanguageSpec
    version: str
    tools: Mapping[str, str]
    etc: tuple[str, ...] = ()
    source: str = "host"

    @property
    def name(self) -> str:
        """The language's own name."""
        return self.spec.name

    def runtime(self) -> Runtime:
        """Return what others may know of it."""
        return _runtime(self.spec, version=self.version, installed=True, source=self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingLanguage:
    """A language with a file but without its tools; ``reason`` completes "cannot run here: …"."""

    spec: LanguageSpec
    reason: str

    def runtime(self) -> Runtime:
        """Return what others may know of it; it has no version."""
        return _runtime(self.spec, version="", installed=False, source="")


class Catalog:
    """The languages of this host.

    Raises:
        ConfigError: two languages want the same name or alias.
    """

    def __init__(
        self, languages: Iterable[Language], missing: Iterable[MissingLanguage] = ()
    ) -> None:
        newest_first = sorted(languages, key=lambda x: version_key(x.version), reverse=True)
        self.languages = tuple(sorted(newest_first, key=lambda x: x.name))
        self.missing = tuple(sorted(missing, key=lambda x: x.spec.name))
        self._names = names_of([*(x.spec for x in self.languages), *(x.spec for x in self.missing)])

    def runtimes(self) -> tuple[Runtime, ...]:
        """Return what can run here, sorted by name, the newest version of each first."""
        return tuple(language.runtime() for language in self.languages)

    def find(self, name: str, version: str | None = None) -> Language:
        """Return the newest language that ``name`` and ``version`` mean.

        The case of ``name`` does not matter, and it may carry the version (``python3.11``).
        ``version`` fits by its leading parts: "3" and "3.11" fit 3.11.2.

        Raises:
            UnknownLanguageError: there is none; the text is one sentence for a person.
        """
        known, wanted = self._resolve(name, version)
        if known is None:
            raise self._unknown(name)
        candidates = [x for x in self.languages if x.name == known]
        for language in candidates:
            if version_fits(wanted, language.version):
                return language
        if candidates:
            have = " and ".join(x.version for x in candidates)
            raise UnknownLanguageError(
                f"{known} {wanted} is not here; leave the version out for {known} {have}.",
                language=name,
                suggestions=(known,),
            )
        reason = next(x.reason for x in self.missing if x.spec.name == known)
        raise UnknownLanguageError(f"{known} cannot run here: {reason}.", language=name)

    def _resolve(self, name: str, version: str | None) -> tuple[str | None, str | None]:
        folded = name.strip().lower()
        if folded in self._names:
            return self._names[folded], version
        match = re.fullmatch(r"(.+?)[-@ ]?v?(\d+(?:\.\d+)*)", folded)
        if match and version is None and match[1] in self._names:
            return self._names[match[1]], match[2]
        return None, version

    def _unknown(self, name: str) -> UnknownLanguageError:
        runnable = {alias for alias, known in self._names.items() if self._runs(known)}
        near = difflib.get_close_matches(name.strip().lower(), sorted(runnable), n=3)
        suggestions = tuple(dict.fromkeys(self._names[alias] for alias in near))
        if suggestions:
            advice = f"did you mean {' or '.join(suggestions)}?"
        else:
            all_names = dict.fromkeys(x.name for x in self.languages)
            advice = f"there is {', '.join(all_names)}." if all_names else "none is installed."
        return UnknownLanguageError(
            f"There is no language {name[:40]!r} here; {advice}",
            language=name,
            suggestions=suggestions,
        )

    def _runs(self, name: str) -> bool:
        return any(language.name == name for language in self.languages)


def names_of(specs: Iterable[LanguageSpec]) -> dict[str, str]:
    """Return a map from every name and alias to the language's own name.

    Raises:
        ConfigError: two languages want the same name or alias.
    """
    owners: dict[str, LanguageSpec] = {}
    for spec in specs:
        for name in (spec.name, *spec.aliases):
            other = owners.setdefault(name, spec)
            if other.name != spec.name:
                raise ConfigError(
                    f"{spec.file}: aliases: {name!r} already means {other.name} in {other.file}; "
                    "take it out of one of them."
                )
    return {name: spec.name for name, spec in owners.items()}


def version_fits(wanted: str | None, version: str) -> bool:
    """Return whether ``version`` starts with the parts of ``wanted``; ``*`` and ``x`` fit all."""
    if not wanted:
        return True
    parts = wanted.strip().lower().removeprefix("v").split(".")
    have = version.lower().split(".")
    for position, part in enumerate(parts):
        if part in {"*", "x"}:
            return True
        if position >= len(have) or have[position] != part:
            return False
    return True


def version_key(version: str) -> tuple[tuple[int, str], ...]:
    """Return a key that sorts versions by number: 3.9 before 3.11."""
    return tuple(
        (int(part), "") if part.isdecimal() else (-1, part)
        for part in re.split(r"[.\-+_]", version)
    )


def _runtime(spec: LanguageSpec, *, version: str, installed: bool, source: str) -> Runtime:
    return Runtime(
        name=spec.name,
        version=version,
        aliases=spec.aliases,
        extensions=spec.extensions,
        runtime=spec.runtime,
        installed=installed,
        source=source,
        hints=spec.hints,
        entry=spec.entry,
        is_compiled=spec.compile_argv is not None,
    )
