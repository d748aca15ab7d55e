"""Traces jobs with OpenTelemetry, where the extra `tracing` is installed: a span per job and phase.

A span carries a job's id, language and verdict; never a program, its input or its output. It goes on
with the trace of whoever asked, if they sent one.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Final

from executor.errors import ConfigError, ExecutorError
from executor.interfaces import Executor, Run
from executor.models import Job, Result, Status
from executor.watched import Watched

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

_NANOSECONDS: Final = 1_000_000_000


@contextlib.asynccontextmanager
async def open_traced(executor: Executor, endpoint: str | None) -> AsyncGenerator[Executor, None]:
    """Yield ``executor``, traced; on leaving it is closed and the last spans are sent.

    Args:
        executor: runs the jobs.
        endpoint: where spans go, an OTLP/HTTP address; `None` yields ``executor`` as it is.

    Raises:
        ConfigError: the extra is not installed.
    """
    if endpoint is None:
        yield executor
        return
    try:
        # The extra need not be there, and takes its time to load.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError(
            'log.traces needs an extra that is not installed: pip install "codecage[tracing]"'
        ) from error
    provider = TracerProvider(
        resource=Resource({"service.name": "codecage"}), shutdown_on_exit=False
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=5)))
    traced = Traced(executor, provider.get_tracer("codecage"))
    try:
        yield traced
    finally:
        await traced.close()
        await asyncio.to_thread(provider.shutdown)


class Traced(Watched):
    """An executor that makes a span of every job that another one runs.

    Args:
        inner: runs them.
        tracer: makes the spans.
    """

    def __init__(self, inner: Executor, tracer: "Tracer") -> None:
        super().__init__(inner)
        self._tracer = tracer

    async def watch(self, job: Job, run: Run) -> None:
        """Make the spans of ``job``."""
        began_ns = time.time_ns()
        span = self._tracer.start_span(
            "job",
            context=_context(job.traceparent),
            start_time=began_ns,
            attributes={"job.id": job.id, "job.language": job.language},
        )
        try:
            result = await run.result()
        except ExecutorError as error:
            span.record_exception(error)
            _mark_failed(span, type(error).__name__)
        else:
            self._add_phases(span, result, began_ns)
        span.end()

    def _add_phases(self, span: "Span", result: Result, began_ns: int) -> None:
        from opentelemetry.trace import set_span_in_context  # noqa: PLC0415

        span.set_attribute("job.verdict", result.status.value)
        span.set_attribute("job.version", result.version)
        span.set_attribute("job.cached", result.cached)
        if result.status is Status.INTERNAL_ERROR:
            _mark_failed(span, result.status.value)
        context = set_span_in_context(span)
        at_ns = began_ns
        for name, seconds in _phases(result):
            phase = self._tracer.start_span(name, context=context, start_time=at_ns)
            at_ns += round(seconds * _NANOSECONDS)
            phase.end(end_time=at_ns)


def _context(traceparent: str) -> "Context":
    """Return the caller's context, an empty one where ``traceparent`` names none.

    https://www.w3.org/TR/trace-context/
    """
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
        TraceContextTextMapPropagator,
    )

    return TraceContextTextMapPropagator().extract({"traceparent": traceparent})


def _phases(result: Result) -> list[tuple[str, float]]:
    """Return the phases of a job that took any time, in their order."""
    phases = [("queue", result.queue_seconds)]
    for step in result.steps:
        is_cached = step.name == "compile" and result.cached
        phases.append((f"{step.name}_prepare", step.times.prepare_seconds))
        phases.append((step.name, 0.0 if is_cached else step.usage.wall_seconds))
        phases.append((f"{step.name}_collect", step.times.collect_seconds))
    return [(name, seconds) for name, seconds in phases if seconds > 0]


def _mark_failed(span: "Span", reason: str) -> None:
    from opentelemetry.trace import Status as SpanStatus  # noqa: PLC0415
    from opentelemetry.trace import StatusCode  # noqa: PLC0415

    span.set_status(SpanStatus(StatusCode.ERROR, reason))
