"""Which runtime a language's name and a version range mean, by npm's rules. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Final

import nodesemver

from executor.models import Runtime

# npm's own bound; the library's patterns would take seconds on what is much longer.
_MOST_CHARACTERS: Final = 256
_RELEASE: Final = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(.*)", re.ASCII)
_PRERELEASE: Final = re.compile(r"[-.~]?(alpha|beta|pre|dev|rc|a|b)[-.]?(\d*)", re.ASCII)
_PRERELEASE_NAMES: Final = {"a": "alpha", "b": "beta"}


@dataclass(frozen=True, slots=True)
class Offer:
    """A runtime under the version that clients see, which always has three parts."""

    runtime: Runtime
    version: str


def semantic(version: str) -> str:
    """Return what a tool says of itself as a semantic version: ``5.2`` is ``5.2.0``.

    What a distribution adds (``0.5.12-2``) is left out: it makes no pre-release of it. What is no
    version at all is ``0.0.0``.
    """
    match = _RELEASE.match(version.strip())
    if match is None:
        return "0.0.0"
    release = ".".join(str(int(part or 0)) for part in match.groups()[:3])
    early = _PRERELEASE.match(match[4].lower())
    if early is None:
        return release
    name = _PRERELEASE_NAMES.get(early[1], early[1])
    return f"{release}-{name}.{int(early[2] or 0)}"


def offers(runtimes: Iterable[Runtime]) -> tuple[Offer, ...]:
    """Return what can run, under the versions that clients see, in the order given."""
    return tuple(Offer(x, semantic(x.version)) for x in runtimes if x.installed)


def select(offered: Iterable[Offer], language: str, version: str) -> Offer | None:
    """Return the newest offer that ``language`` (name or alias) and ``version`` mean, or `None`.

    ``version`` is a range as npm has it, or a tool's own version exactly. An alias belongs to one
    version: where a newer one lacks it, the alias goes on meaning the older one.
    """
    wanted = language.strip().lower()
    named = [x for x in offered if wanted in _names(x.runtime)]
    fitting = [x for x in named if version == x.runtime.version or fits(x.version, version)]
    fitting.sort(key=cmp_to_key(_compare), reverse=True)
    return fitting[0] if fitting else None


def fits(version: str, wanted: str) -> bool:
    """Say whether the semantic ``version`` lies in the range ``wanted``; a bad range fits none."""
    if len(wanted) > _MOST_CHARACTERS:
        return False
    try:
        return bool(nodesemver.satisfies(version, wanted, loose=False))
    except (ValueError, TypeError):
        return False


def _names(runtime: Runtime) -> set[str]:
    return {runtime.name.lower(), *(alias.lower() for alias in runtime.aliases)}


def _compare(one: Offer, other: Offer) -> int:
    return int(nodesemver.compare(one.version, other.version, loose=False))
