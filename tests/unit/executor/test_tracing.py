"""What a trace tells of a job, and that it arrives where the settings say."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from executor.errors import ExecutorError, QueueFullError
from executor.models import Job, Result, SourceFile, StepTimes
from executor.tracing import Traced, open_traced
from tests.fakes import FakeExecutor
from tests.results import result, step

JOB = Job(id="job-1", language="c", files=(SourceFile(path="main.c", content=b"a secret"),))


TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


async def spans_of(outcome: Result | Exception, job: Job = JOB) -> dict[str, ReadableSpan]:
    """Return the spans of one job that ended like this, by name."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traced = Traced(FakeExecutor(lambda _: outcome), provider.get_tracer("test"))
    await traced.start(job)
    await traced.close()
    return {span.name: span for span in exporter.get_finished_spans()}


def seconds(span: ReadableSpan) -> float:
    assert span.start_time is not None
    assert span.end_time is not None
    return round((span.end_time - span.start_time) / 1e9, 6)


async def test_a_job_has_a_span_and_each_of_its_phases_one_below() -> None:
    times = StepTimes(prepare_seconds=0.5, collect_seconds=0.25)
    built = step(name="compile")
    ran = replace(step(b"a secret too"), times=times)
    spans = await spans_of(replace(result(built, ran, language="c"), queue_seconds=1.5))
    job = spans.pop("job")
    assert dict(job.attributes or {}) == {
        "job.id": "job-1",
        "job.language": "c",
        "job.version": "3.13.5",
        "job.verdict": "ok",
        "job.cached": False,
    }
    assert {name: seconds(span) for name, span in spans.items()} == {
        "queue": 1.5,
        "compile": 0.0061,
        "run_prepare": 0.5,
        "run": 0.0061,
        "run_collect": 0.25,
    }
    assert [span.parent for span in spans.values()] == [job.get_span_context()] * len(spans)
    assert job.start_time == spans["queue"].start_time
    assert spans["queue"].end_time == spans["compile"].start_time


async def test_a_caller_s_trace_goes_on() -> None:
    job = replace(JOB, traceparent=f"00-{TRACE}-{CALLER}-01")
    spans = await spans_of(result(step(), language="c"), job)
    contexts = [span.get_span_context() for span in spans.values()]
    assert {format(context.trace_id, "032x") for context in contexts if context} == {TRACE}
    parent = spans["job"].parent
    assert parent is not None
    assert (format(parent.span_id, "016x"), parent.is_remote) == (CALLER, True)


async def test_a_caller_that_is_not_traced_is_not_traced_here() -> None:
    job = replace(JOB, traceparent=f"00-{TRACE}-{CALLER}-00")
    assert await spans_of(result(step(), language="c"), job) == {}


@pytest.mark.parametrize(
    "sent", ["", "nonsense", f"00-{'0' * 32}-{CALLER}-01", f"ff-{TRACE}-{CALLER}-01", "x" * 9000]
)
async def test_what_names_no_trace_begins_one(sent: str) -> None:
    spans = await spans_of(result(step(), language="c"), replace(JOB, traceparent=sent))
    assert spans["job"].parent is None


async def test_a_job_that_could_not_be_run_is_an_error() -> None:
    spans = await spans_of(QueueFullError("full", retry_after_seconds=1))
    assert list(spans) == ["job"]
    assert not spans["job"].status.is_ok
    assert spans["job"].status.description == "QueueFullError"


async def test_no_trace_holds_a_program_or_its_output() -> None:
    spans = await spans_of(result(step(b"a secret"), language="c"))
    assert "secret" not in "".join(span.to_json() for span in spans.values())


@asynccontextmanager
async def collector() -> AsyncGenerator[tuple[str, list[str]], None]:
    """Yield the address of an OTLP collector and the names of the spans that it got."""
    names: list[str] = []

    async def take(request: web.Request) -> web.Response:
        sent = ExportTraceServiceRequest.FromString(await request.read())
        names.extend(
            span.name
            for resource in sent.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        )
        return web.Response(body=b"", content_type="application/x-protobuf")

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1/traces", names
    finally:
        await runner.cleanup()


async def test_spans_arrive_where_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with collector() as (endpoint, names):
        async with open_traced(FakeExecutor(), endpoint) as executor:
            assert executor.runtimes()
            run = await executor.start(replace(JOB, language="python"))
            await run.result()
        assert "job" in names


async def test_without_an_address_nothing_is_traced() -> None:
    inner = FakeExecutor()
    async with open_traced(inner, None) as executor:
        assert executor is inner


async def test_a_refusal_at_the_start_is_passed_on() -> None:
    inner = FakeExecutor()
    inner.refusal = QueueFullError("full", retry_after_seconds=1)
    traced = Traced(inner, TracerProvider(shutdown_on_exit=False).get_tracer("test"))
    with pytest.raises(ExecutorError):
        await traced.start(JOB)
