"""What doctor says of one property of this machine."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One property: how it is, and the exact line that mends it when it is not as it should be."""

    name: str
    result: Literal["ok", "warn", "fail"]
    detail: str
    fix: str = ""
