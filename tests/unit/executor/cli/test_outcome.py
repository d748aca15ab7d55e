import json
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.cli.outcome import (
    decoded,
    ending,
    error_document,
    exit_status,
    result_document,
    signal_number,
)
from executor.errors import UnknownLanguageError
from executor.models import Artifact, Result, Status
from tests.results import result, step


def ended(status: Status, exit_code: int | None = None, signal_name: str | None = None) -> Result:
    return result(step(status=status, exit_code=exit_code, signal=signal_name))


@pytest.mark.parametrize(
    ("how", "status"),
    [
        pytest.param(ended(Status.OK, 0), 0, id="ok"),
        pytest.param(ended(Status.RUNTIME_ERROR, 42), 42, id="the-programs-own"),
        pytest.param(ended(Status.COMPILE_ERROR, 1), 1, id="the-compilers-own"),
        pytest.param(ended(Status.SIGNALLED, None, "SIGSEGV"), 139, id="signal"),
        pytest.param(ended(Status.TIME_LIMIT, None, "SIGKILL"), 124, id="wall-time"),
        pytest.param(ended(Status.CPU_LIMIT, None, "SIGXCPU"), 124, id="processor-time"),
        pytest.param(ended(Status.MEMORY_LIMIT, None, "SIGKILL"), 137, id="memory"),
        pytest.param(ended(Status.MEMORY_LIMIT), 137, id="memory-without-an-end-of-its-own"),
        pytest.param(ended(Status.PROCESS_LIMIT, 1), 1, id="processes-and-an-exit-code"),
        pytest.param(ended(Status.OUTPUT_LIMIT, 0), 137, id="output-and-exit-code-zero"),
        pytest.param(ended(Status.CANCELLED), 130, id="cancelled"),
        pytest.param(result(), 130, id="cancelled-while-waiting"),
        pytest.param(ended(Status.INTERNAL_ERROR), 3, id="our-fault"),
    ],
)
def test_the_exit_status_says_how_it_ended(how: Result, status: int) -> None:
    assert exit_status(how) == status


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("SIGKILL", 9),
        pytest.param("SIGRTMIN+2", signal.SIGRTMIN + 2, id="real-time"),
        pytest.param("SIG35", 35, id="nameless"),
    ],
)
def test_signals_have_numbers(name: str, number: int) -> None:
    assert signal_number(name) == number


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.OK])
def test_every_other_end_is_said_in_words(status: Status) -> None:
    assert ending(ended(status, 1))


@pytest.mark.parametrize(
    ("how", "text"),
    [
        pytest.param(ended(Status.OK, 0), None, id="ok"),
        pytest.param(ended(Status.RUNTIME_ERROR, 3), "exited with code 3", id="exit-code"),
        pytest.param(ended(Status.SIGNALLED, None, "SIGSEGV"), "crashed (SIGSEGV)", id="signal"),
        pytest.param(ended(Status.TIME_LIMIT), "stopped: it ran longer than 10 s", id="time"),
        pytest.param(
            ended(Status.MEMORY_LIMIT), "stopped: it used more than 256 MiB of memory", id="memory"
        ),
        pytest.param(
            result(step(name="compile", status=Status.COMPILE_ERROR, exit_code=1)),
            "did not compile (exited with code 1)",
            id="compile-error",
        ),
        pytest.param(
            result(step(name="compile", status=Status.TIME_LIMIT, exit_code=None)),
            "while compiling: stopped: it ran longer than 10 s",
            id="compile-time",
        ),
        pytest.param(result(), "stopped before it started", id="never-started"),
    ],
)
def test_the_limit_that_was_hit_is_named(how: Result, text: str | None) -> None:
    assert ending(how) == text


@pytest.mark.parametrize(
    ("data", "truncated", "text"),
    [
        pytest.param("hé".encode(), False, "hé", id="utf-8"),
        pytest.param("hé".encode()[:-1], True, "h", id="code-point-split-at-the-cut"),
        pytest.param("hé".encode()[:-1], False, "h\ufffd", id="split-by-the-program"),
        pytest.param("a😀".encode()[:3], True, "a", id="two-of-four-bytes"),
        pytest.param(b"a\xffb", True, "a\ufffdb", id="wrong-in-the-middle"),
        pytest.param(b"a\xff", True, "a\ufffd", id="wrong-at-the-cut"),
    ],
)
def test_output_becomes_text(data: bytes, truncated: bool, text: str) -> None:
    assert decoded(data, truncated=truncated) == text


@given(st.binary())
def test_any_output_becomes_text(data: bytes) -> None:
    assert decoded(data, truncated=False) == data.decode("utf-8", "replace")


@given(st.text(), st.integers(0, 20))
def test_a_cut_takes_at_most_the_last_code_point(text: str, cut: int) -> None:
    text = text.encode("utf-8", "ignore").decode()
    data = text.encode()
    kept = decoded(data[: max(0, len(data) - cut)], truncated=True)
    assert text.startswith(kept)


def test_the_json_is_what_the_interface_promises() -> None:
    one = result(
        step(b"hi\n", exit_code=0),
        artifacts=(Artifact(path="pl\udcffot.png", content=b"\x89PNG"),),
    )
    document = result_document(one)
    assert json.loads(json.dumps(document)) == document
    assert set(document) == {
        "job_id", "language", "version", "status", "cached", "queue_seconds", "steps", "artifacts",
    }  # fmt: skip
    steps = document["steps"]
    assert isinstance(steps, list)
    (only,) = steps
    assert set(only) >= {
        "name", "status", "exit_code", "signal", "stdout", "stderr",
        "stdout_bytes", "stderr_bytes", "truncated", "usage",
    }  # fmt: skip
    assert (only["stdout"], only["stdout_bytes"], only["signal"]) == ("hi\n", 3, None)
    assert set(only["usage"]) == {"wall_seconds", "cpu_seconds", "memory_bytes"}
    assert document["artifacts"] == [
        {"path": "pl\udcffot.png", "size": 4, "content_base64": "iVBORw=="}
    ]


def test_an_error_is_json_too() -> None:
    error = UnknownLanguageError("no such language", language="x")
    assert error_document(error) == {
        "error": {"type": "UnknownLanguageError", "message": "no such language"}
    }
