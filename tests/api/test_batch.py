"""`/batch`: one compile, many inputs, a verdict each."""

from typing import Any

import pytest

from executor.config import HttpConfig
from executor.errors import QueueFullError
from executor.keys import Key, Rate
from executor.models import Job, Result, Status
from tests.api.conftest import Api, Faked, OpenFaked
from tests.results import result, step

BODY: dict[str, Any] = {
    "language": "python",
    "version": "*",
    "files": [{"content": "print(int(input()) * 2)"}],
}


def doubles(job: Job) -> Result | Exception:
    """Return what the program above prints, or how it ends."""
    given = job.stdin.decode()
    match given:
        case "crash":
            ended = step(status=Status.RUNTIME_ERROR, exit_code=1)
        case "late":
            ended = step(status=Status.TIME_LIMIT)
        case "full":
            return QueueFullError("The queue is full.", retry_after_seconds=1)
        case _:
            ended = step(f"{int(given) * 2}\n".encode())
    return result(ended, job_id=job.id, language=job.language)


def verdicts(document: dict[str, Any]) -> list[str]:
    return [case["verdict"] for case in document["cases"]]


async def test_each_case_has_its_verdict_in_order(open_faked: OpenFaked) -> None:
    cases = [
        {"name": "small", "stdin": "1", "expected": "2"},
        {"stdin": "2", "expected": "5"},
        {"stdin": "3"},
        {"stdin": "crash", "expected": "x"},
        {"stdin": "late", "expected": "x"},
        {"stdin": "full", "expected": "x"},
        {"stdin": "4", "expected": "8", "checker": "exact"},
        {"stdin": "4", "expected": "8.1", "checker": "float", "tolerance": 0.5},
    ]
    async with open_faked(doubles) as faked:
        status, document = await faked.api.post("/api/v2/batch", {**BODY, "cases": cases})
    assert status == 200
    assert verdicts(document) == [
        *("accepted", "wrong_answer", "ok", "runtime_error", "time_limit", "internal_error"),
        *("wrong_answer", "accepted"),
    ]
    listed = document["cases"]
    assert isinstance(listed, list)
    assert [case["name"] for case in listed[:2]] == ["small", "2"]
    assert listed[1]["message"] == "token 1: expected '5', got '4'"
    assert listed[1]["run"]["stdout"] == "4\n"
    assert listed[5]["message"] == "The queue is full."
    assert (document["passed"], document["total"]) == (3, 8)
    assert (document["language"], document["version"]) == ("python", "3.13.5")


async def test_a_program_that_does_not_compile_is_compiled_once(open_faked: OpenFaked) -> None:
    def failed(job: Job) -> Result:
        built = step(b"", b"bad\n", name="compile", status=Status.COMPILE_ERROR, exit_code=1)
        return result(built, job_id=job.id, language=job.language)

    async with open_faked(failed) as faked:
        body = {**BODY, "language": "c", "cases": [{"expected": "1"}, {"expected": "2"}]}
        _, document = await faked.api.post("/api/v2/batch", body)
        assert len(faked.executor.jobs) == 1
    assert verdicts(document) == ["compile_error", "compile_error"]
    compiled = document["compile"]
    assert isinstance(compiled, dict)
    assert compiled["stderr"] == "bad\n"
    assert document["passed"] == 0


async def test_a_batch_gives_its_cases_what_they_leave_out(open_faked: OpenFaked) -> None:
    async with open_faked(doubles) as faked:
        body = {
            **BODY,
            "args": ["a"],
            "checker": "exact",
            "cases": [{"stdin": "1", "expected": "2\n"}, {"stdin": "1", "args": ["b", 3]}],
        }
        _, document = await faked.api.post("/api/v2/batch", body)
        assert [job.args for job in faked.executor.jobs] == [("a",), ("b", "3")]
        assert [job.stdin for job in faked.executor.jobs] == [b"1", b"1"]
    assert verdicts(document) == ["accepted", "ok"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"cases": None}, "cases is required as an array with at least one case"),
        ({"cases": []}, "cases is required as an array with at least one case"),
        ({"cases": [{}] * 101}, "A batch can have 100 cases; this one has 101."),
        ({"cases": [3]}, "cases[0] must be an object"),
        ({"cases": [{}, {"name": 1}]}, "cases[1].name must be a string"),
        ({"cases": [{"stdin": 1}]}, "cases[0].stdin must be a string"),
        ({"cases": [{"expected": []}]}, "cases[0].expected must be a string"),
        ({"cases": [{"args": "x"}]}, "cases[0].args must be an array of strings"),
        ({"cases": [{"checker": "luck"}]}, "cases[0].checker must be one of exact, tokens, float"),
        ({"cases": [{"checker": {}}]}, "cases[0].checker must be one of exact, tokens, float"),
        ({"cases": [{"tolerance": -1}]}, "cases[0].tolerance must be a number of at least 0"),
        ({"cases": [{"tolerance": True}]}, "cases[0].tolerance must be a number of at least 0"),
        (
            {"cases": [{}], "tolerance": 10**400},
            "cases[0].tolerance must be a number of at least 0",
        ),
        ({"language": "html"}, "html-* runtime is unknown"),
    ],
)
async def test_what_does_not_fit_is_refused(
    faked: Faked, changes: dict[str, Any], text: str
) -> None:
    answer = await faked.api.post("/api/v2/batch", {**BODY, "cases": [{}], **changes})
    assert answer == (400, {"message": text})
    assert faked.executor.jobs == []


async def test_every_case_counts_against_the_rate(open_faked: OpenFaked) -> None:
    config = HttpConfig(host="0.0.0.0", port=0)  # noqa: S104
    async with open_faked(doubles, config=config) as faked:
        faked.api.keys.add("k", Key(name="me", digest="", rate=Rate(3, 3600.0)))
        for count, status in ((2, 200), (2, 429), (1, 200)):
            body = {**BODY, "cases": [{"stdin": "1"}] * count}
            assert (await faked.api.post("/api/v2/batch", body, Authorization="k"))[0] == status


async def test_a_full_queue_at_the_start_is_said_at_once(open_faked: OpenFaked) -> None:
    async with open_faked(doubles) as faked:
        answer = await faked.api.post("/api/v2/batch", {**BODY, "cases": [{"stdin": "full"}]})
    assert answer[0] == 503


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("python", "print(int(input()) * 2)"),
        ("c", '#include <stdio.h>\nint main(){int n;scanf("%d",&n);printf("%d",n*2);}'),
    ],
)
async def test_a_real_program_is_compiled_once_and_run_with_every_input(
    real: Api, language: str, source: str
) -> None:
    cases = [{"stdin": f"{n}\n", "expected": str(n * 2)} for n in range(6)]
    cases[3]["expected"] = "7"
    body = {"language": language, "version": "*", "files": [{"content": source}], "cases": cases}
    status, document = await real.post("/api/v2/batch", body)
    assert status == 200
    expected = ["accepted"] * 6
    expected[3] = "wrong_answer"
    assert verdicts(document) == expected
    async with real.client.get("/metrics") as response:
        text = await response.text()
    if language == "c":
        assert 'codecage_compilations_total{cached="false"} 1.0' in text
        assert 'codecage_compilations_total{cached="true"} 5.0' in text
