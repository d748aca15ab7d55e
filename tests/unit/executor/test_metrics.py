"""What is counted of jobs, over a fake executor."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from executor.errors import ExecutorError, QueueFullError
from executor.metrics import Metrics, open_metered
from executor.models import Artifact, GroupUsage, Job, Load, Result, SourceFile, Status, StepTimes
from tests.fakes import FakeExecutor
from tests.results import result, step

JOB = Job(id="job-1", language="python", files=(SourceFile(path="main.py", content=b""),))

LOAD = Load(waiting_jobs=3, running_jobs=2, ready_sandboxes=1, kept_builds=5, kept_build_bytes=600)
PROGRAMS = GroupUsage(cpu_seconds=2.5, memory_bytes=4096, peak_bytes=8192)


def figure(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def text(metrics: Metrics) -> str:
    return metrics.text("text/plain")[0].decode()


async def counted(*results: Result | Exception) -> Metrics:
    """Run one job per result, through to its end."""
    metrics = Metrics()
    answers = iter(results)
    async with open_metered(FakeExecutor(lambda _: next(answers)), metrics) as executor:
        for _ in results:
            run = await executor.start(JOB)
            try:
                await run.result()
            except ExecutorError:
                continue
    return metrics


async def test_jobs_are_counted_by_language_and_verdict() -> None:
    timed_out = result(step(status=Status.TIME_LIMIT))
    metrics = await counted(result(step()), result(step()), timed_out)
    jobs = "codecage_jobs_total"
    assert figure(metrics, jobs, language="python", verdict="ok") == 2
    assert figure(metrics, jobs, language="python", verdict="time_limit") == 1


async def test_phases_memory_and_output_are_measured() -> None:
    times = StepTimes(prepare_seconds=0.02, collect_seconds=0.3)
    ran = replace(step(b"12345", truncated=True), times=times)
    made = (Artifact(path="a", content=b"x" * 5000),)
    metrics = await counted(replace(result(ran, artifacts=made), queue_seconds=1.5))
    seconds = "codecage_phase_seconds_sum"
    assert figure(metrics, seconds, phase="queue") == 1.5
    assert figure(metrics, seconds, phase="run_prepare") == 0.02
    assert figure(metrics, seconds, phase="run") == 0.0061
    assert figure(metrics, seconds, phase="run_collect") == 0.3
    memory = figure(metrics, "codecage_step_memory_bytes_sum", step="run", verdict="ok")
    assert memory == 9_123_840
    assert figure(metrics, "codecage_program_cpu_seconds_total", step="run") == 0.004
    assert figure(metrics, "codecage_output_bytes_total") == 5
    assert figure(metrics, "codecage_truncated_steps_total") == 1
    assert figure(metrics, "codecage_artifact_bytes_sum") == 5000


async def test_a_build_out_of_the_cache_is_a_hit_and_no_time() -> None:
    built = step(name="compile")
    metrics = await counted(result(built, step()), result(built, step(), cached=True))
    compilations = "codecage_compilations_total"
    assert figure(metrics, compilations, cached="true") == 1
    assert figure(metrics, compilations, cached="false") == 1
    assert figure(metrics, "codecage_phase_seconds_count", phase="compile") == 1


async def test_jobs_that_cannot_be_run_are_counted_by_reason() -> None:
    metrics = Metrics()
    inner = FakeExecutor(lambda _: QueueFullError("late", retry_after_seconds=1))
    async with open_metered(inner, metrics) as executor:
        run = await executor.start(JOB)
        with pytest.raises(QueueFullError):
            await run.result()
        inner.refusal = QueueFullError("full", retry_after_seconds=1)
        with pytest.raises(QueueFullError):
            await executor.start(JOB)
    assert figure(metrics, "codecage_job_errors_total", reason="QueueFull") == 2


async def test_what_is_cancelled_at_the_end_is_counted_though_nobody_asks() -> None:
    metrics = Metrics()
    inner = FakeExecutor()
    inner.is_holding = True
    async with open_metered(inner, metrics) as executor:
        await executor.start(JOB)
        assert [r.name for r in executor.runtimes()] == [r.name for r in inner.runtimes()]
    assert figure(metrics, "codecage_jobs_total", language="python", verdict="cancelled") == 1


def test_gauges_are_read_when_somebody_looks() -> None:
    load = LOAD
    metrics = Metrics(lambda: load)
    assert "codecage_waiting_jobs 3.0\n" in text(metrics)
    load = replace(load, waiting_jobs=4)
    assert "codecage_waiting_jobs 4.0\n" in text(metrics)
    assert "codecage_queue_full 0.0\n" in text(metrics)
    assert "cgroup" not in text(metrics)
    load = replace(
        load,
        is_full=True,
        sandboxes=4,
        made_sandboxes=70,
        quarantined_sandboxes=1,
        programs=PROGRAMS,
    )
    for line in (
        "codecage_queue_full 1.0",
        "codecage_sandboxes 4.0",
        "codecage_made_sandboxes_total 70.0",
        "codecage_quarantined_sandboxes 1.0",
        "codecage_cgroup_cpu_seconds_total 2.5",
        "codecage_cgroup_memory_bytes 4096.0",
        "codecage_cgroup_memory_max_bytes 8192.0",
        "codecage_running_jobs 2.0",
        "codecage_ready_sandboxes 1.0",
        "codecage_kept_builds 5.0",
        "codecage_kept_build_bytes 600.0",
        "process_resident_memory_bytes",
    ):
        assert line in text(metrics)


def test_a_reader_gets_the_form_it_asks_for() -> None:
    metrics = Metrics()
    plain, plain_type = metrics.text("")
    modern, modern_type = metrics.text("application/openmetrics-text; version=1.0.0")
    assert plain_type.startswith("text/plain")
    assert modern_type.startswith("application/openmetrics-text")
    assert modern.endswith(b"# EOF\n")
    assert not plain.endswith(b"# EOF\n")


DASHBOARD = Path(__file__).resolve().parents[3] / "deploy" / "grafana-dashboard.json"


# What go-judge shows, and where it is here.
GO_JUDGE = {
    "exec_error_count": "codecage_job_errors",
    "exec_time_seconds": "codecage_step_seconds",
    "exec_memory_bytes": "codecage_step_memory_bytes",
    "file_size_bytes": "codecage_artifact_bytes",
    "file_current_bytes_count": "codecage_kept_builds",
    "file_current_bytes_sum": "codecage_kept_build_bytes",
    "environment_count": "codecage_made_sandboxes",
    "environment_current_count": "codecage_sandboxes",
    "worker_queue_count": "codecage_waiting_jobs",
    "worker_running_count": "codecage_running_jobs",
    "cgroup_cpu_seconds": "codecage_cgroup_cpu_seconds",
    "cgroup_memory_bytes": "codecage_cgroup_memory_bytes",
    "cgroup_memory_max_bytes": "codecage_cgroup_memory_max_bytes",
}


def test_nothing_that_others_show_is_missing() -> None:
    load = replace(LOAD, programs=PROGRAMS)
    known = {family.name for family in Metrics(lambda: load).registry.collect()}
    assert set(GO_JUDGE.values()) <= known


def test_the_dashboard_asks_for_what_there_is() -> None:
    load = replace(LOAD, programs=PROGRAMS)
    families = Metrics(lambda: load).registry.collect()
    known = {family.name for family in families}
    asked = {
        name
        for panel in json.loads(DASHBOARD.read_text())["panels"]
        for target in panel["targets"]
        for name in re.findall(r"\b(?:codecage|process)_\w+", target["expr"])
    }
    assert len(asked) > 12
    assert {re.sub("_(?:total|bucket|sum|count)$", "", name) for name in asked} <= known
