"""The words in which the system call policy is written."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LowWord:
    """The low 32 bits of an argument, cut down to ``mask``, are one of ``values``.

    For arguments that the kernel itself takes as an int (or whose high half it drops): what a
    program puts into the high half changes nothing in the kernel, so it must change nothing here.

    Attributes:
        argument: its place, 0 to 5.
        among: False turns the condition round: they are none of ``values``.
    """

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF
    among: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class IsNull:
    """All 64 bits of an argument are zero: for pointers, where either half counts."""

    argument: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Depending:
    """``then`` where ``on`` holds, ``otherwise`` where it does not."""

    on: LowWord
    then: "Condition"
    otherwise: "Condition"


Condition = LowWord | IsNull | Depending


@dataclass(frozen=True, slots=True)
class Check:
    """At least one of ``any_of`` must hold, else the call fails with ``errno``.

    With the errno 0 it is not made and says that it succeeded; with no condition, always.
    """

    any_of: tuple[Condition, ...]
    errno: int


@dataclass(frozen=True, slots=True)
class Rule:
    """The named calls are allowed if their arguments pass every check; the first miss answers."""

    calls: tuple[str, ...]
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a sandboxed program may ask of the kernel. Every known call stands in exactly one place.

    Attributes:
        allowed: calls that pass whatever their arguments are.
        rules: calls that pass if their arguments do.
        left_out: known calls that fail with ENOSYS, as do all that are not known.
    """

    allowed: frozenset[str]
    rules: tuple[Rule, ...]
    left_out: frozenset[str]

    def decided(self) -> list[str]:
        """Return every call that the policy names, as often as it is named."""
        ruled = [call for rule in self.rules for call in rule.calls]
        return sorted([*self.allowed, *ruled, *self.left_out])


def calls(*rows: str) -> frozenset[str]:
    """Return the names in ``rows``, which are separated by blanks.

    Raises:
        ValueError: a name stands there twice.
    """
    return _unique(name for row in rows for name in row.split())


def _unique(names: Iterable[str]) -> frozenset[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{name} is listed twice")
        seen.add(name)
    return frozenset(seen)
