"""What doctor's attacks are judged by, and how they are told."""

import io
import socket

import pytest
from rich.console import Console

from executor.attacking import Finding, canaries, judge
from executor.attacks import ATTACKS, Attack
from executor.checks import Check
from executor.cli.doctorjob import show
from executor.doctor import Report
from executor.models import Artifact, OutputChunk, Stream, Usage
from executor.sandbox.spec import Outcome

SAYS_HELD = Attack(name="try it", sh="echo held")
FILES = Attack(name="try it", sh="echo held", files=("ok",))
OK = Check(name="kernel", result="ok", detail="Linux 6.1")


def outcome(printed: bytes, *, exit_code: int | None = 0, files: tuple[str, ...] = ()) -> Outcome:
    return Outcome(
        exit_code=exit_code,
        failure=None if exit_code is not None else "No such file or directory: 'python3'",
        output=(OutputChunk(Stream.STDOUT, printed),),
        artifacts=tuple(Artifact(path=path, content=b"") for path in files),
        usage=Usage(wall_seconds=0.1, cpu_seconds=0.1, memory_bytes=1),
    )


@pytest.mark.parametrize(
    ("attack", "end", "touched", "held"),
    [
        pytest.param(SAYS_HELD, outcome(b"held\n"), False, True, id="refused-everything"),
        pytest.param(SAYS_HELD, outcome(b"breach: mount\n"), False, False, id="got-something"),
        pytest.param(SAYS_HELD, outcome(b"held\nbreach\n"), False, False, id="got-one-of-two"),
        pytest.param(SAYS_HELD, outcome(b""), False, False, id="said-nothing"),
        pytest.param(SAYS_HELD, outcome(b"held\n", exit_code=9), False, False, id="other-end"),
        pytest.param(SAYS_HELD, outcome(b"held\n"), True, False, id="reached-the-host"),
        pytest.param(FILES, outcome(b"held\n", files=("ok",)), False, True, id="own-files"),
        pytest.param(FILES, outcome(b"held\n", files=("a", "ok")), False, False, id="more-files"),
    ],
)
def test_attack_is_judged_by_its_end_its_output_its_files_and_the_host(
    attack: Attack, end: Outcome, *, touched: bool, held: bool
) -> None:
    assert judge(attack, end, touched=touched).held == held


def test_attack_that_could_not_start_is_skipped_with_the_reason() -> None:
    finding = judge(SAYS_HELD, outcome(b"", exit_code=None), touched=False)

    assert (finding.skipped, finding.held) == (True, True)
    assert "python3" in finding.detail


def test_listener_that_somebody_reached_is_noticed() -> None:
    with canaries() as out:
        before = out.touched()
        with socket.create_connection(("127.0.0.1", out.port)):
            assert (before, out.touched()) == (False, True)


def test_attacks_have_names_of_their_own_and_one_program_each() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 25
    assert all(bool(attack.python) != bool(attack.sh) for attack in ATTACKS)


def test_report_with_a_breach_is_not_ok_and_says_so() -> None:
    found = (
        Finding(name="mount", held=False, detail="breach: mount"),
        Finding(name="print", held=True, detail="it ended as ok"),
        Finding(name="fork", held=True, detail="no python3", skipped=True),
    )
    report = Report(level="A", checks=(OK,), limits={}, attacks=found)
    console = Console(file=io.StringIO(), width=60, highlight=False)

    show(report, console)

    assert (report.ok, report.exit_code) == (False, 2)
    assert report.as_json()["attacks"] == [attack.as_json() for attack in found]
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert "✗ BREACH  attack: mount (breach: mount)" in lines
    assert "✓ held  attack: print" in lines
    assert "! not tried  attack: fork (no python3)" in lines
    assert lines[-1].endswith("but an attack got through, see above: run nothing here")
