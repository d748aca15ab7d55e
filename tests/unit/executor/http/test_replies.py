"""Answers of the Piston API against golden files: the values and key order that clients know."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from executor.http.replies import (
    artifact_document,
    message,
    result_document,
    runtimes_document,
    signal_number,
    stage_document,
)
from executor.http.selection import Offer, offers
from executor.models import Artifact, OutputChunk, Runtime, Status, StepResult, StepTimes, Stream
from tests.results import result, step

GOLDEN = Path(__file__).resolve().parents[3] / "api" / "golden"
PISTON_KEYS = (
    "signal", "stdout", "stderr", "code", "output", "memory", "message", "status", "cpu_time",
    "wall_time",
)  # fmt: skip
C = Offer(Runtime(name="c", version="10.2.0"), "10.2.0")
PYTHON = Offer(Runtime(name="python", version="3.13.5"), "3.13.5")

HI = step(b"hi\n")
TIMED_OUT = step(b"so far", status=Status.TIME_LIMIT, exit_code=None, signal="SIGKILL")
BUILT = step(name="compile")
NOT_BUILT = step(
    stderr=b"main.c:1: error\n", name="compile", status=Status.COMPILE_ERROR, exit_code=1
)

STAGES = {
    "success": HI,
    "exit_3": step(status=Status.RUNTIME_ERROR, exit_code=3),
    "signal": step(status=Status.SIGNALLED, exit_code=None, signal="SIGSEGV"),
    "wall_timeout": TIMED_OUT,
    "cpu_timeout": step(status=Status.CPU_LIMIT, exit_code=None, signal="SIGKILL"),
    "stdout_limit": step(b"yyyy", status=Status.OUTPUT_LIMIT, exit_code=None, truncated=True),
    "stderr_limit": step(
        stderr=b"yyyy", status=Status.OUTPUT_LIMIT, exit_code=None, truncated=True
    ),
    "memory_limit": step(status=Status.MEMORY_LIMIT, exit_code=0),
    "process_limit": step(status=Status.PROCESS_LIMIT, exit_code=1),
    "disk_limit": step(status=Status.DISK_LIMIT, exit_code=None, signal="SIGXFSZ"),
    "cancelled": step(status=Status.CANCELLED, exit_code=None, signal="SIGKILL"),
    "compile_error": NOT_BUILT,
}


def golden(name: str) -> Any:  # noqa: ANN401
    return json.loads((GOLDEN / f"{name}.json").read_text())


def as_piston(stage: dict[str, object]) -> dict[str, object]:
    """Return a stage without what is ours; fails unless Piston's keys come first, in its order."""
    assert tuple(stage)[: len(PISTON_KEYS)] == PISTON_KEYS
    return {key: stage[key] for key in PISTON_KEYS}


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_reads_as_on_piston(name: str) -> None:
    assert as_piston(stage_document(STAGES[name], "job-1")) == golden(f"stage_{name}")


def test_every_golden_stage_has_its_case() -> None:
    files = {path.stem.removeprefix("stage_") for path in GOLDEN.glob("stage_*.json")}
    assert files == set(STAGES)


ANSWERS: dict[str, tuple[tuple[StepResult, ...], Offer]] = {
    "script": ((HI,), PYTHON),
    "compiled": ((BUILT, HI), C),
    "compile_failure": ((NOT_BUILT,), C),
    "compile_timeout": ((replace(TIMED_OUT, name="compile"),), C),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_reads_as_on_piston(name: str) -> None:
    steps, offer = ANSWERS[name]
    document = result_document(result(*steps, language=offer.runtime.name), offer)
    expected = golden(f"execute_{name}")
    assert list(document)[: len(expected)] == list(expected)
    for key, value in expected.items():
        found = document[key]
        assert (as_piston(found) if isinstance(found, dict) else found) == value


def test_runtimes_read_as_on_piston() -> None:
    offered = offers(
        [
            Runtime(name="c", version="10.2.0", aliases=("gcc",), runtime="gcc"),
            Runtime(name="bash", version="5.2", aliases=("sh",), runtime="bash"),
            Runtime(name="fortran", version="10.2.0", aliases=("f90",), runtime="gcc"),
            Runtime(name="javascript", version="1.32.3", runtime="deno"),
            Runtime(name="javascript", version="20.11.1", aliases=("js",), runtime="node"),
            Runtime(name="gone", version="", installed=False),
        ]
    )
    assert runtimes_document(offered) == golden("runtimes")


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_letters_word_and_reason(status: Status) -> None:
    document = stage_document(step(status=status), "job-1")
    is_fine = status is Status.OK
    assert document["verdict"] == status.value
    assert (document["status"] is None) == is_fine
    assert (document["message"] is None) == is_fine


def test_our_own_keys_tell_more() -> None:
    built = replace(BUILT, times=StepTimes(prepare_seconds=0.5, collect_seconds=0.25))
    ran = replace(step(b"12", b"3", status=Status.OUTPUT_LIMIT, truncated=True), total_bytes=5000)
    made = Artifact(path="a/plot.png", content=b"png")
    document = result_document(replace(result(built, ran, artifacts=(made,)), queue_seconds=1.5), C)
    run = document["run"]
    assert isinstance(run, dict)
    assert (run["truncated"], run["stdout_bytes"], run["stderr_bytes"]) == (True, 2, 1)
    assert run["total_bytes"] == 5000
    assert document["verdict"] == "output_limit"
    assert document["queue_seconds"] == 1.5
    assert document["timings"] == {
        "queue": 1.5,
        "compile_prepare": 0.5,
        "compile": 0.0061,
        "compile_collect": 0.25,
        "run_prepare": 0.0,
        "run": 0.0061,
        "run_collect": 0.0,
        "total": 2.2622,
    }
    assert document["artifacts"] == [
        {
            "path": "a/plot.png",
            "size": 3,
            "type": "image/png",
            "content": "cG5n",
            "encoding": "base64",
        }
    ]


def test_a_build_out_of_the_cache_took_no_time() -> None:
    document = result_document(result(BUILT, HI, cached=True), C)
    assert document["cached"] is True
    timings = document["timings"]
    assert isinstance(timings, dict)
    assert timings["compile"] == 0


def test_a_job_stopped_before_it_started_still_has_a_run() -> None:
    run = result_document(result(), PYTHON)["run"]
    assert isinstance(run, dict)
    assert (run["status"], run["code"], run["stdout"]) == ("XX", None, "")


def test_output_is_text_in_order_of_arrival_and_whole_characters() -> None:
    chunks = (
        OutputChunk(Stream.STDOUT, b"a\xe2\x82"),
        OutputChunk(Stream.STDERR, b"!"),
        OutputChunk(Stream.STDOUT, b"\xac\xff"),
    )
    printed = replace(step(b"a\xe2\x82\xac\xff", b"!"), output=chunks)
    document = stage_document(printed, "job-1")
    assert document["stdout"] == "a€\ufffd"
    assert document["output"] == "a!€\ufffd"


def test_an_artifact_of_no_known_type_is_bytes() -> None:
    assert artifact_document(Artifact(path="x.zzz", content=b""))["type"] == (
        "application/octet-stream"
    )


def test_a_program_that_could_not_be_started_says_why() -> None:
    failed = step(status=Status.RUNTIME_ERROR, exit_code=None, notes=("no such file",))
    assert message(failed, "job-1") == "no such file"


@pytest.mark.parametrize(
    ("name", "number"),
    [("SIGTERM", 15), ("SIGHUP", 1), ("SIGSYS", 31), ("SIGRTMIN", 34), ("SIGRTMIN+2", 36),
     ("SIGRTMAX", 64), ("SIGRTMAX-1", 63)],
)  # fmt: skip
def test_signals_have_numbers(name: str, number: int) -> None:
    assert signal_number(name) == number


@pytest.mark.parametrize("name", ["TERM", "15", "", "SIGRTMIN+99", "SIGRTMIN+-1", "SIG_IGN"])
def test_what_is_no_signal_has_none(name: str) -> None:
    with pytest.raises(ValueError, match="no signal"):
        signal_number(name)
