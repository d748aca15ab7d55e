"""Packages, as Piston calls the languages that can be installed and removed while it runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from executor.errors import ExecutorError, InvalidJobError
from executor.http.selection import Offer, offers, select
from executor.interfaces import Executor


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One version of a language that is installed or could be."""

    language: str
    version: str
    installed: bool


class UnknownPackageError(ExecutorError):
    """There is no package of that name and version (HTTP 404)."""

    def __init__(self, language: str, version: str) -> None:
        super().__init__(f"Requested package {language}-{version} does not exist")


class PackageError(ExecutorError):
    """A package could not be installed or removed (HTTP 500, as Piston has it)."""


class PackageManager(Protocol):
    """Lists, installs and removes packages; ``version`` is a range, the newest match is meant."""

    async def packages(self) -> Sequence[Package]:
        """Return what is or could be installed."""
        ...

    async def install(self, language: str, version: str) -> Package:
        """Install a package and return it.

        Raises:
            UnknownPackageError: there is none.
            PackageError: it is installed already, or it could not be.
        """
        ...

    async def remove(self, language: str, version: str) -> Package:
        """Remove a package and return it.

        Raises:
            UnknownPackageError: there is none.
            PackageError: it is not installed, or it cannot be removed.
        """
        ...


class HostPackages:
    """The languages that this host's own tools provide: all installed, none to be changed."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def packages(self) -> Sequence[Package]:
        """Return what this host has."""
        return [_package(offer) for offer in offers(self._executor.runtimes())]

    async def install(self, language: str, version: str) -> Package:
        """Refuse: what is here is installed, and nothing else is to be had."""
        self._find(language, version)
        raise PackageError("Already installed")

    async def remove(self, language: str, version: str) -> Package:
        """Refuse: this host's own tools are not ours to remove."""
        offer = self._find(language, version)
        raise PackageError(
            f"{offer.runtime.name}-{offer.version} belongs to this machine and is not removed here"
        )

    def _find(self, language: str, version: str) -> Offer:
        offer = select(offers(self._executor.runtimes()), language, version)
        if offer is None:
            raise UnknownPackageError(language, version)
        return offer


def read_package(body: object) -> tuple[str, str]:
    """Return language and version range of a request to install or remove.

    Raises:
        InvalidJobError: one of them is missing.
    """
    fields = body if isinstance(body, Mapping) else {}
    found = []
    for name in ("language", "version"):
        value = fields.get(name)
        if not isinstance(value, str) or not value:
            raise InvalidJobError(f"{name} is required as a string")
        found.append(value)
    return found[0], found[1]


def package_document(package: Package) -> dict[str, object]:
    """Return one entry of ``GET /packages``."""
    return {
        "language": package.language,
        "language_version": package.version,
        "installed": package.installed,
    }


def _package(offer: Offer) -> Package:
    return Package(language=offer.runtime.name, version=offer.version, installed=True)
