"""Requests of the Piston API: what is refused, in which order and with which text, and what is read."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.errors import InvalidJobError
from executor.http.piston import Caller, Request, read_request
from executor.http.selection import offers
from executor.models import LimitsRequest, Runtime, StageLimits
from tests.results import LIMITS

RUN = replace(LIMITS, wall_seconds=3, cpu_seconds=3, memory_bytes=256 * 1024**2)
COMPILE = replace(LIMITS, wall_seconds=10, cpu_seconds=10, memory_bytes=512 * 1024**2)
OFFERED = offers(
    [
        Runtime(
            name="python",
            version="3.11.2",
            aliases=("py",),
            entry="main.py",
            limits=StageLimits(compile=COMPILE, run=RUN),
        ),
    ]
)
GOOD: dict[str, Any] = {"language": "python", "version": "3.x", "files": [{"content": "print()"}]}


def read(body: object, caller: Caller | None = None, *, interactive: bool = False) -> Request:
    caller = caller or Caller()
    return read_request(body, OFFERED, caller, job_id="job-1", interactive=interactive)


def refusal(body: object) -> str:
    with pytest.raises(InvalidJobError) as caught:
        read(body)
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"language": None}, "language is required as a string"),
        ({"language": ""}, "language is required as a string"),
        ({"language": 3}, "language is required as a string"),
        ({"version": None}, "version is required as a string"),
        ({"version": ""}, "version is required as a string"),
        ({"version": 3.11}, "version is required as a string"),
        ({"files": None}, "files is required as an array"),
        ({"files": {}}, "files is required as an array"),
        ({"files": "x"}, "files is required as an array"),
        ({"files": [{}]}, "files[0].content is required as a string"),
        ({"files": [{"content": "x"}, {"content": 1}]}, "files[1].content is required as a string"),
        ({"files": ["x"]}, "files[0].content is required as a string"),
        ({"files": [None]}, "files[0].content is required as a string"),
        ({"language": "html", "version": "5.0.0"}, "html-5.0.0 runtime is unknown"),
        ({"version": "latest"}, "python-latest runtime is unknown"),
        ({"files": []}, "files must include at least one utf8 encoded file"),
        (
            {"files": [{"content": "aGk=", "encoding": "base64"}]},
            "files must include at least one utf8 encoded file",
        ),
        ({"run_timeout": "3"}, "If specified, run_timeout must be a number"),
        ({"run_timeout": True}, "If specified, run_timeout must be a number"),
        ({"run_timeout": []}, "If specified, run_timeout must be a number"),
        ({"run_timeout": 3001}, "run_timeout cannot exceed the configured limit of 3000"),
        ({"run_timeout": -5}, "run_timeout must be non-negative"),
        ({"run_timeout": -0.5}, "run_timeout must be non-negative"),
        ({"run_cpu_time": 3000.5}, "run_cpu_time cannot exceed the configured limit of 3000"),
        ({"compile_timeout": 10001}, "compile_timeout cannot exceed the configured limit of 10000"),
        (
            {"compile_cpu_time": 10001},
            "compile_cpu_time cannot exceed the configured limit of 10000",
        ),
        (
            {"run_memory_limit": 268435457},
            "run_memory_limit cannot exceed the configured limit of 268435456",
        ),
        (
            {"compile_memory_limit": 1e12},
            "compile_memory_limit cannot exceed the configured limit of 536870912",
        ),
        ({"stdin": 3}, "stdin must be a string"),
        ({"args": "x"}, "args must be an array of strings"),
        ({"args": [{}]}, "args must be an array of strings"),
        ({"args": [True]}, "args must be an array of strings"),
        ({"files": [{"content": "x", "name": 3}]}, "files[0].name must be a string"),
    ],
)
def test_what_does_not_fit_is_refused_in_piston_s_words(changes: dict[str, Any], text: str) -> None:
    assert refusal({**GOOD, **changes}) == text


ORDER: list[tuple[str, Any, str]] = [
    ("language", None, "language is required"),
    ("version", None, "version is required"),
    ("files", None, "files is required"),
    ("files", [{}], "files[0].content is required"),
    ("version", "latest", "python-latest runtime is unknown"),
    ("files", [], "files must include"),
    ("compile_memory_limit", "x", "If specified, compile_memory_limit"),
    ("run_memory_limit", "x", "If specified, run_memory_limit"),
    ("compile_timeout", "x", "If specified, compile_timeout"),
    ("run_timeout", "x", "If specified, run_timeout"),
    ("compile_cpu_time", "x", "If specified, compile_cpu_time"),
    ("run_cpu_time", "x", "If specified, run_cpu_time"),
]


@pytest.mark.parametrize("first", range(len(ORDER)), ids=[text for _, _, text in ORDER])
def test_of_several_faults_the_first_in_piston_s_order_is_told(first: int) -> None:
    body = GOOD | {name: value for name, value, _ in reversed(ORDER[first:])}
    assert refusal(body).startswith(ORDER[first][2])


@pytest.mark.parametrize("body", [None, [], "x", 3, True], ids=repr)
def test_a_document_that_is_no_object_lacks_its_language(body: object) -> None:
    assert refusal(body) == "language is required as a string"


def test_a_request_becomes_a_job() -> None:
    request = read(
        {
            "language": "py",
            "version": "3",
            "files": [
                {"name": "data.bin", "content": "AAE=", "encoding": "base64"},
                {"name": "my_cool_code.py", "content": "print(1)"},
                {"name": "lib/util.py", "content": "x = 1", "encoding": "made-up"},
            ],
            "stdin": "1\n2",
            "args": ["a", 1, 2.5],
            "run_timeout": 1500,
            "run_cpu_time": 500,
            "run_memory_limit": 1048576,
            "compile_timeout": 10000,
        },
        Caller(owner="key:me", running=4),
    )
    job = request.job
    assert (job.id, job.language, job.version) == ("job-1", "python", "3.11.2")
    assert [file.path for file in job.files] == ["my_cool_code.py", "data.bin", "lib/util.py"]
    assert job.files[1].content == b"\0\1"
    assert (job.stdin, job.args) == (b"1\n2\n", ("a", "1", "2.5"))
    assert job.run_limits == LimitsRequest(wall_seconds=1.5, cpu_seconds=0.5, memory_bytes=1048576)
    assert job.compile_limits == LimitsRequest(wall_seconds=10.0)
    assert (job.owner, job.owner_running, job.interactive) == ("key:me", 4, False)


@pytest.mark.parametrize("value", [-1, None, 0, "", False, -1.0], ids=repr)
def test_what_clients_send_for_the_most_there_is_asks_for_nothing(value: object) -> None:
    names = ["run_memory_limit", "compile_memory_limit", "run_timeout", "run_cpu_time"]
    job = read({**GOOD, **dict.fromkeys(names, value)}).job
    assert job.run_limits == job.compile_limits == LimitsRequest()


@pytest.mark.parametrize(
    ("names", "paths"),
    [
        ([None], ["main.py"]),
        ([""], ["main.py"]),
        (["x.py"], ["x.py"]),
        (["./x.py"], ["x.py"]),
        ([None, None], ["main.py", "file1.code"]),
        ([None, "main.py"], ["file0.code", "main.py"]),
        (["a.py", None], ["a.py", "file1.code"]),
        (["sub/folder/a.py"], ["sub/folder/a.py"]),
    ],
)
def test_a_file_without_a_name_gets_one(names: list[str | None], paths: list[str]) -> None:
    job = read({**GOOD, "files": [{"name": name, "content": ""} for name in names]}).job
    assert [file.path for file in job.files] == paths


@pytest.mark.parametrize(
    ("stdin", "given"),
    [(None, b"\n"), ("", b"\n"), ("a", b"a\n"), ("a\n", b"a\n"), ("a\n\n", b"a\n\n")],
)
def test_standard_input_ends_with_a_line_end_as_on_piston(stdin: str | None, given: bytes) -> None:
    assert read({**GOOD, "stdin": stdin}).job.stdin == given


def test_a_live_session_takes_no_standard_input_from_its_first_message() -> None:
    job = read({**GOOD, "stdin": "a"}, interactive=True).job
    assert (job.stdin, job.interactive) == (b"", True)


def test_a_key_s_own_limits_count_as_the_configured_ones() -> None:
    caller = Caller(most=LimitsRequest(wall_seconds=1.0, memory_bytes=1000))
    assert read(GOOD, caller).job.run_limits == caller.most
    with pytest.raises(InvalidJobError, match=r"configured limit of 1000$"):
        read({**GOOD, "run_timeout": 1001}, caller)
    with pytest.raises(InvalidJobError, match=r"configured limit of 1000$"):
        read({**GOOD, "run_memory_limit": 1001}, caller)


def test_more_files_than_a_job_can_have_are_refused() -> None:
    assert "can have 32 files" in refusal({**GOOD, "files": [{"content": ""}] * 33})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from([*GOOD, "stdin", "args", "run_timeout", "run_memory_limit"])


FILES = st.lists(
    st.fixed_dictionaries({"content": st.text()}, optional={"name": JSON, "encoding": JSON}),
    min_size=1,
    max_size=3,
)


@given(FILES)
def test_any_files_are_either_read_or_refused(files: list[dict[str, Any]]) -> None:
    try:
        read_files = len(read({**GOOD, "files": files}).job.files)
    except InvalidJobError:
        read_files = -1
    assert read_files in {-1, len(files)}


@given(st.dictionaries(KEYS, JSON))
def test_any_document_is_either_read_or_refused(changes: dict[str, Any]) -> None:
    try:
        files = len(read({**GOOD, **changes}).job.files)
    except InvalidJobError:
        files = -1
    assert files != 0
