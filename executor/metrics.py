"""Counts and measures what an executor does, for Prometheus. Nothing here holds what anybody ran."""

import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from executor.errors import ExecutorError
from executor.interfaces import Executor, Run
from executor.models import GroupUsage, Job, Load, Result, StepResult
from executor.watched import Watched

_log = logging.getLogger(__name__)

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60)
_BYTES: Final = tuple(4096 * 4**power for power in range(11))  # 4 KiB to 4 GiB


class Metrics:
    """All instruments, in a registry of their own.

    Args:
        load: is asked for the gauges whenever somebody reads them; `None` leaves them out.
    """

    def __init__(self, load: Callable[[], Load] | None = None) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.jobs = Counter(
            "codecage_jobs",
            "Jobs that ended, by language and verdict.",
            ("language", "verdict"),
            registry=self.registry,
        )
        self.job_errors = Counter(
            "codecage_job_errors",
            "Jobs that could not be run, by reason.",
            ("reason",),
            registry=self.registry,
        )
        self.phases = Histogram(
            "codecage_phase_seconds",
            "How long jobs spent in each phase.",
            ("phase",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.step_seconds = Histogram(
            "codecage_step_seconds",
            "How long programs ran, by step and verdict.",
            ("step", "verdict"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.step_memory = Histogram(
            "codecage_step_memory_bytes",
            "The most memory that programs used, by step and verdict.",
            ("step", "verdict"),
            buckets=_BYTES,
            registry=self.registry,
        )
        self.cpu = Counter(
            "codecage_program_cpu_seconds",
            "Processor time that programs used.",
            ("step",),
            registry=self.registry,
        )
        self.output = Counter(
            "codecage_output_bytes", "Bytes that programs printed.", registry=self.registry
        )
        self.truncated = Counter(
            "codecage_truncated_steps", "Steps whose output was cut.", registry=self.registry
        )
        self.artifacts = Histogram(
            "codecage_artifact_bytes",
            "Size of the files that programs made.",
            buckets=_BYTES,
            registry=self.registry,
        )
        self.compilations = Counter(
            "codecage_compilations",
            "Compile steps, by whether they came out of the cache.",
            ("cached",),
            registry=self.registry,
        )
        self.requests = Counter(
            "codecage_http_requests",
            "Answered HTTP requests.",
            ("method", "path", "status"),
            registry=self.registry,
        )
        if load is not None:
            self.registry.register(LoadCollector(load))

    def count(self, result: Result) -> None:
        """Take in a job that ended."""
        self.jobs.labels(result.language, result.status.value).inc()
        self.phases.labels("queue").observe(result.queue_seconds)
        for step in result.steps:
            if step.name == "compile":
                self.compilations.labels(str(result.cached).lower()).inc()
                if result.cached:
                    continue
            self._count_step(step)
        for artifact in result.artifacts:
            self.artifacts.observe(len(artifact.content))

    def count_error(self, error: ExecutorError) -> None:
        """Take in a job that could not be run."""
        self.job_errors.labels(type(error).__name__.removesuffix("Error")).inc()

    def text(self, accept: str) -> tuple[bytes, str]:
        """Return everything as Prometheus reads it, and its content type.

        Args:
            accept: the reader's ``Accept`` header.
        """
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type

    def _count_step(self, step: StepResult) -> None:
        verdict = step.status.value
        self.phases.labels(f"{step.name}_prepare").observe(step.times.prepare_seconds)
        self.phases.labels(step.name).observe(step.usage.wall_seconds)
        self.phases.labels(f"{step.name}_collect").observe(step.times.collect_seconds)
        self.step_seconds.labels(step.name, verdict).observe(step.usage.wall_seconds)
        self.step_memory.labels(step.name, verdict).observe(step.usage.memory_bytes)
        self.cpu.labels(step.name).inc(step.usage.cpu_seconds)
        self.output.inc(step.total_bytes)
        if step.truncated:
            self.truncated.inc()


class LoadCollector(Collector):
    """Tells Prometheus what an executor is busy with whenever somebody reads it.

    Args:
        load: is asked.
    """

    def __init__(self, load: Callable[[], Load]) -> None:
        self._load = load

    def describe(self) -> Iterable[Metric]:
        """Return nothing: whoever registers this must not ask an executor that may not be up yet."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Return the figures of this moment."""
        now = self._load()
        yield _gauge("waiting_jobs", "Jobs in the queue.", now.waiting_jobs)
        yield _gauge("running_jobs", "Jobs that run.", now.running_jobs)
        yield _gauge("queue_full", "1 while the queue takes no more jobs.", now.is_full)
        yield _gauge("ready_sandboxes", "Sandboxes without a job.", now.ready_sandboxes)
        yield _gauge("sandboxes", "Sandboxes there are.", now.sandboxes)
        yield _counter("made_sandboxes", "Sandboxes made since the start.", now.made_sandboxes)
        yield _gauge(
            "quarantined_sandboxes",
            "Sandboxes that did not end as they should.",
            now.quarantined_sandboxes,
        )
        yield _gauge("kept_builds", "Programs in the compile cache.", now.kept_builds)
        yield _gauge("kept_build_bytes", "Size of the cache.", now.kept_build_bytes)
        if now.programs is not None:
            yield from _usage(now.programs)


def _usage(programs: GroupUsage) -> Iterable[Metric]:
    cpu = "Processor time of all programs since the start, by their cgroup."
    yield _counter("cgroup_cpu_seconds", cpu, programs.cpu_seconds)
    memory = "Memory that all programs use, by their cgroup."
    yield _gauge("cgroup_memory_bytes", memory, programs.memory_bytes)
    if programs.peak_bytes is not None:
        peak = "The most memory that all programs ever used at once, by their cgroup."
        yield _gauge("cgroup_memory_max_bytes", peak, programs.peak_bytes)


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"codecage_{name}", help_text, value=float(value))


def _counter(name: str, help_text: str, value: float) -> Metric:
    return CounterMetricFamily(f"codecage_{name}", help_text, value=float(value))


@contextlib.asynccontextmanager
async def open_metered(executor: Executor, metrics: Metrics) -> AsyncGenerator["Metered", None]:
    """Yield ``executor``, counted; on leaving it is closed, so that nothing goes uncounted."""
    metered = Metered(executor, metrics)
    try:
        yield metered
    finally:
        await metered.close()


class Metered(Watched):
    """An executor that counts what another one does.

    Args:
        inner: does it.
        metrics: where it is counted.
    """

    def __init__(self, inner: Executor, metrics: Metrics) -> None:
        super().__init__(inner)
        self._metrics = metrics

    async def start(self, job: Job) -> Run:
        """Accept ``job``; see `executor.interfaces.Executor`."""
        try:
            return await super().start(job)
        except ExecutorError as error:
            self._metrics.count_error(error)
            raise

    async def watch(self, job: Job, run: Run) -> None:
        """Count how ``job`` ended."""
        try:
            self._metrics.count(await run.result())
        except ExecutorError as error:
            self._metrics.count_error(error)
        except Exception:  # noqa: BLE001  # a border: who runs the job is told, too
            _log.exception("job %s was not counted", job.id)
