"""`/batch`: one program, compiled once, run with many inputs, each with a verdict. Ours."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web

from executor.errors import ExecutorError, InvalidJobError
from executor.http.bodies import Bounds, read_json
from executor.http.checkers import Checker, difference
from executor.http.encoding import text_bytes
from executor.http.jobs import Jobs
from executor.http.piston import Request, read_args
from executor.http.problems import json_response
from executor.http.replies import Document, artifact_document, stage_document
from executor.http.visits import note, visitor_of
from executor.models import Job, Result, Status, StepResult

MOST_CASES: Final = 100
_AT_ONCE: Final = 4  # of one batch; the queue is for everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One input and, perhaps, what the program must print for it."""

    name: str
    stdin: bytes
    args: tuple[str, ...]
    expected: bytes | None
    checker: Checker
    tolerance: float


class BatchRoutes:
    """`/batch`.

    Args:
        jobs: reads and runs what is sent.
        bounds: how large and slow a request may be.
    """

    def __init__(self, jobs: Jobs, bounds: Bounds) -> None:
        self._jobs = jobs
        self._bounds = bounds

    async def batch(self, request: web.Request) -> web.Response:
        """Answer ``POST /api/v2/batch``."""
        visitor = visitor_of(request)
        body = await read_json(request, self._bounds)
        asked = self._jobs.read(body, visitor)
        cases = read_cases(body)
        self._jobs.charge(visitor, len(cases))
        note(request, job_id=asked.job.id, language=asked.job.language)
        first, *others = (_job(asked.job, case) for case in cases)
        # The others find what the first one has compiled in the cache.
        outcomes: list[Result | ExecutorError] = [await self._jobs.run(first)]
        if _compiled(outcomes[0]):
            outcomes += await self._run_all(others)
        return await asyncio.to_thread(_response, asked, cases, outcomes)

    async def _run_all(self, jobs: Sequence[Job]) -> list[Result | ExecutorError]:
        turns = asyncio.Semaphore(_AT_ONCE)

        async def run(job: Job) -> Result | ExecutorError:
            async with turns:
                try:
                    return await self._jobs.run(job)
                except ExecutorError as error:
                    return error

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run(job)) for job in jobs]
        return [task.result() for task in tasks]


def read_cases(body: object) -> tuple[Case, ...]:
    """Return the cases of a request.

    Raises:
        InvalidJobError: something in them does not fit.
    """
    fields = body if isinstance(body, Mapping) else {}
    listed = fields.get("cases")
    if not isinstance(listed, list) or not listed:
        raise InvalidJobError("cases is required as an array with at least one case")
    if len(listed) > MOST_CASES:
        raise InvalidJobError(f"A batch can have {MOST_CASES} cases; this one has {len(listed)}.")
    return tuple(_case(case, fields, index) for index, case in enumerate(listed))


def case_document(case: Case, outcome: Result | ExecutorError, job_id: str) -> Document:
    """Return how one case went."""
    if isinstance(outcome, ExecutorError):
        return {"name": case.name, "verdict": "internal_error", "message": str(outcome)}
    verdict, message = judge(case, outcome)
    document: Document = {"name": case.name, "verdict": verdict, "message": message}
    run = _step(outcome, "run")
    if run is not None:
        document["run"] = stage_document(run, job_id)
        document["queue_seconds"] = round(outcome.queue_seconds, 6)
        document["artifacts"] = [artifact_document(x) for x in outcome.artifacts]
    return document


def judge(case: Case, result: Result) -> tuple[str, str | None]:
    """Return the verdict of a case and, if it is not a good one, why."""
    if result.status is not Status.OK or case.expected is None:
        return result.status.value, None
    printed = result.steps[-1].stdout
    why = difference(printed, case.expected, case.checker, case.tolerance)
    return ("accepted", None) if why is None else ("wrong_answer", why)


def _case(value: object, batch: Mapping[str, object], index: int) -> Case:
    where = f"cases[{index}]"
    if not isinstance(value, Mapping):
        raise InvalidJobError(f"{where} must be an object")
    name = value.get("name")
    if name is not None and not isinstance(name, str):
        raise InvalidJobError(f"{where}.name must be a string")
    expected = _bytes(value.get("expected"), f"{where}.expected")
    try:
        checker = Checker(value.get("checker", batch.get("checker", Checker.TOKENS.value)))
    except ValueError:
        known = ", ".join(Checker)
        raise InvalidJobError(f"{where}.checker must be one of {known}") from None
    try:
        args = read_args(value.get("args", batch.get("args")))
    except InvalidJobError as error:
        raise InvalidJobError(f"{where}.{error}") from None
    return Case(
        name=name if name is not None else str(index + 1),
        stdin=_bytes(value.get("stdin"), f"{where}.stdin") or b"",
        args=args,
        expected=expected,
        checker=checker,
        tolerance=_tolerance(value.get("tolerance", batch.get("tolerance", 1e-6)), where),
    )


def _tolerance(value: object, where: str) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, int | float) or not is_number or not 0 <= value <= 1e300:
        raise InvalidJobError(f"{where}.tolerance must be a number of at least 0")
    return float(value)


def _bytes(value: object, where: str) -> bytes | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidJobError(f"{where} must be a string")
    return text_bytes(value)


def _job(job: Job, case: Case) -> Job:
    return replace(job, id=uuid.uuid4().hex, stdin=case.stdin, args=case.args)


def _compiled(outcome: Result | ExecutorError) -> bool:
    return isinstance(outcome, Result) and _step(outcome, "run") is not None


def _step(result: Result, name: str) -> StepResult | None:
    return next((step for step in result.steps if step.name == name), None)


def _response(
    asked: Request, cases: Sequence[Case], outcomes: Sequence[Result | ExecutorError]
) -> web.Response:
    first = outcomes[0]
    if len(outcomes) < len(cases):  # it did not compile: that is every case's verdict
        outcomes = [first] * len(cases)
    documents = [
        case_document(case, outcome, asked.job.id)
        for case, outcome in zip(cases, outcomes, strict=True)
    ]
    document: Document = {}
    compiled = _step(first, "compile") if isinstance(first, Result) else None
    if compiled is not None:
        document["compile"] = stage_document(compiled, asked.job.id)
    good = {"accepted", Status.OK.value}
    document |= {
        "cases": documents,
        "passed": sum(case["verdict"] in good for case in documents),
        "total": len(documents),
        "language": asked.offer.runtime.name,
        "version": asked.offer.version,
        "job_id": asked.job.id,
    }
    return json_response(document)
