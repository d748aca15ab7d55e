"""What came of the programs of a case, and what of it is not as the table says. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from executor.models import Status, Stream
from executor.sandbox.spec import Outcome
from tests.attacks.table import Case, Expected
from tests.sandbox.conftest import printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What came of one program."""

    status: Status
    stdout: str
    stderr: str
    printed_bytes: int
    exit_code: int | None
    artifacts: tuple[str, ...]
    elapsed_seconds: float
    allowed_seconds: float


def finding_of(outcome: Outcome, status: Status, elapsed: float, allowed: float) -> Finding:
    """Return what came of a program that ran in a sandbox directly."""
    return Finding(
        status=status,
        stdout=printed(outcome),
        stderr=printed(outcome, Stream.STDERR),
        printed_bytes=sum(len(chunk.data) for chunk in outcome.output),
        exit_code=outcome.exit_code,
        artifacts=tuple(sorted(artifact.path for artifact in outcome.artifacts)),
        elapsed_seconds=elapsed,
        allowed_seconds=allowed,
    )


def complaints(case: Case, expected: Expected, found: Sequence[Finding], secret: str) -> list[str]:
    """Return what is not as the table says."""
    wrong: list[str] = []
    for finding in found:
        wrong += expected.complaints(finding.status, finding.stdout)
        if finding.elapsed_seconds > finding.allowed_seconds:
            wrong.append(f"it ended after {finding.elapsed_seconds:.1f} s")
        if secret in finding.stdout or secret in finding.stderr:
            wrong.append("it found the secret")
        if case.output and not re.fullmatch(case.output, finding.stdout, re.DOTALL):
            wrong.append("it printed something else")
        if case.artifacts is not None and finding.artifacts != tuple(sorted(case.artifacts)):
            wrong.append(f"it left {finding.artifacts}")
        most = case.most_printed_bytes
        if most is not None and finding.printed_bytes > most:
            wrong.append(f"{finding.printed_bytes} bytes of output were kept")
        if case.exit_code is not None and finding.exit_code != case.exit_code:
            wrong.append(f"its exit code is {finding.exit_code}")
    return wrong
