import itertools
import signal
from dataclasses import replace
from typing import Any

import pytest

from executor.limits import DEFAULT_LIMITS
from executor.models import OutputChunk, Status, StepName, Stream, Usage
from executor.sandbox.spec import Outcome
from executor.verdict import classify, signal_name, step_result

USAGE = Usage(wall_seconds=0.5, cpu_seconds=0.25, memory_bytes=4096)
DONE = Outcome(exit_code=0, usage=USAGE)
FAILED = Outcome(exit_code=1, usage=USAGE)

# Most specific first: what stands higher explains what stands below it.
CAUSES: list[tuple[dict[str, Any], Status]] = [
    ({"cancelled": True}, Status.CANCELLED),
    ({"output_cut": True}, Status.OUTPUT_LIMIT),
    ({"oom_killed": True}, Status.MEMORY_LIMIT),
    ({"processes_refused": True}, Status.PROCESS_LIMIT),
    ({"disk_full": True}, Status.DISK_LIMIT),
    ({"cpu_limit_hit": True}, Status.CPU_LIMIT),
    ({"wall_limit_hit": True}, Status.TIME_LIMIT),
    ({"exit_code": None, "signal": 9}, Status.SIGNALLED),
]


@pytest.mark.parametrize(("facts", "status"), CAUSES, ids=[status for _, status in CAUSES])
@pytest.mark.parametrize("step", ["compile", "run"])
def test_one_cause_explains_a_failure(
    facts: dict[str, Any], status: Status, step: StepName
) -> None:
    assert classify(replace(FAILED, **facts), step) is status


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(first, second, id=f"{first[1]}-before-{second[1]}")
        for first, second in itertools.combinations(CAUSES, 2)
    ],
)
def test_of_two_causes_the_more_specific_one_counts(
    first: tuple[dict[str, Any], Status], second: tuple[dict[str, Any], Status]
) -> None:
    outcome = replace(FAILED, **{**second[0], **first[0]})
    assert classify(outcome, "run") is first[1]


def test_all_causes_at_once_are_a_cancellation() -> None:
    everything = {name: value for facts, _ in CAUSES for name, value in facts.items()}
    assert classify(replace(FAILED, **everything), "run") is Status.CANCELLED


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        pytest.param({"processes_refused": True}, Status.OK, id="coped-with-too-few-processes"),
        pytest.param({"disk_full": True}, Status.OK, id="coped-with-a-full-disk"),
        pytest.param({"oom_killed": True}, Status.MEMORY_LIMIT, id="a-child-was-killed-for-memory"),
        pytest.param({"output_cut": True}, Status.OUTPUT_LIMIT, id="printed-too-much"),
        pytest.param({"cancelled": True}, Status.CANCELLED, id="cancelled-at-its-end"),
    ],
)
def test_an_exit_code_of_0_excuses_only_what_the_program_coped_with(
    facts: dict[str, Any], status: Status
) -> None:
    assert classify(replace(DONE, **facts), "run") is status


@pytest.mark.parametrize(
    ("facts", "in_compile", "in_run"),
    [
        pytest.param({"exit_code": 0}, Status.OK, Status.OK, id="exit-0"),
        pytest.param({"exit_code": 1}, Status.COMPILE_ERROR, Status.RUNTIME_ERROR, id="exit-1"),
        pytest.param({"exit_code": 255}, Status.COMPILE_ERROR, Status.RUNTIME_ERROR, id="exit-255"),
        pytest.param(
            {"failure": "no such file"}, Status.COMPILE_ERROR, Status.RUNTIME_ERROR, id="no-start"
        ),
        pytest.param({"signal": 11}, Status.SIGNALLED, Status.SIGNALLED, id="signal"),
    ],
)
def test_a_failure_is_named_after_its_step(
    facts: dict[str, Any], in_compile: Status, in_run: Status
) -> None:
    outcome = Outcome(usage=USAGE, **facts)
    assert (classify(outcome, "compile"), classify(outcome, "run")) == (in_compile, in_run)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (9, "SIGKILL"),
        (11, "SIGSEGV"),
        (signal.SIGXFSZ, "SIGXFSZ"),
        (signal.SIGRTMIN, "SIGRTMIN"),
        (signal.SIGRTMIN + 1, "SIGRTMIN+1"),
        (signal.SIGRTMIN + 2, "SIGRTMIN+2"),
        (signal.SIGRTMAX, "SIGRTMAX"),
        (32, "SIG32"),  # the C library keeps it for itself
    ],
)
def test_signals_have_their_names(number: int, name: str) -> None:
    assert signal_name(number) == name


def test_every_signal_that_can_end_a_program_has_a_name_of_its_own() -> None:
    names = [signal_name(number) for number in range(1, signal.NSIG)]
    assert len(set(names)) == len(names)


def test_a_result_keeps_both_streams_apart_and_in_order() -> None:
    output = (
        OutputChunk(Stream.STDOUT, b"a"),
        OutputChunk(Stream.STDERR, b"!"),
        OutputChunk(Stream.STDOUT, b"b"),
    )
    limits = DEFAULT_LIMITS.run
    result = step_result(replace(DONE, output=output, total_bytes=3), "run", limits)
    assert (result.stdout, result.stderr, result.output) == (b"ab", b"!", output)
    assert (result.total_bytes, result.truncated, result.limits) == (3, False, limits)
    assert (result.name, result.status, result.exit_code) == ("run", Status.OK, 0)
    assert (result.signal, result.usage, result.notes) == (None, USAGE, ())


def test_a_cut_output_is_marked() -> None:
    result = step_result(replace(FAILED, output_cut=True), "run", DEFAULT_LIMITS.run)
    assert (result.status, result.truncated) == (Status.OUTPUT_LIMIT, True)


def test_a_signal_is_named_in_the_result() -> None:
    result = step_result(Outcome(signal=6, usage=USAGE), "run", DEFAULT_LIMITS.run)
    assert (result.status, result.signal, result.exit_code) == (Status.SIGNALLED, "SIGABRT", None)


def test_why_a_program_did_not_start_comes_before_all_other_notes() -> None:
    outcome = Outcome(failure="no such file", notes=("some files were left out",), usage=USAGE)
    assert step_result(outcome, "run", DEFAULT_LIMITS.run).notes == (
        "the program could not be started: no such file",
        "some files were left out",
    )
