"""Runs a planned job: compile step (cached), run step, each in a sandbox of its own.

What passes between the two is read inside the first and written inside the second, so that a
hostile compiler run has nothing of the host to aim at.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Final

from executor.cache import Build, CompileCache, cache_key
from executor.models import (
    Artifact,
    Event,
    Limits,
    Output,
    SourceFile,
    StageFinished,
    StageStarted,
    Status,
    StepResult,
    StepTimes,
    Stream,
    Usage,
)
from executor.plan import Plan, Step
from executor.sandbox.backend import Backend
from executor.sandbox.box import Box
from executor.sandbox.pool import Pool
from executor.sandbox.spec import Kind, Outcome, Program, SandboxSpec
from executor.verdict import step_result

# What a compile step may hand to the run step; more than members get back, less than its disk.
_BUILD_BYTES: Final = 64 * 1024 * 1024
_BUILD_FILES: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What a job gives its run step beside files."""

    stdin: bytes
    interactive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How the steps of a job went."""

    steps: tuple[StepResult, ...]
    artifacts: tuple[Artifact, ...] = ()
    cached: bool = False


@dataclass(slots=True)
class Handle:
    """The way to a job's sandbox while it has one, and what listens to the job.

    ``cancelled`` is looked at between steps; `cancel` also ends the step at hand. ``input_box`` is
    the sandbox whose program reads the job's standard input and gets its signals, once it has
    started: never a compiler's. ``waiting`` is
    the job's task while it waits for a turn and for nothing else. ``burnt_seconds`` of CPU the job's
    owner used before, ``cpu_seconds`` the job itself.
    """

    on_event: Callable[[Event], None]
    box: Box | None = None
    input_box: Box | None = None
    waiting: asyncio.Task[object] | None = None
    cancelled: bool = False
    burnt_seconds: float = 0.0
    cpu_seconds: float = 0.0

    def cancel(self) -> None:
        """End the job."""
        self.cancelled = True
        if self.waiting is not None:
            self.waiting.cancel()
        if self.box is not None:
            self.box.cancel()

    @contextlib.asynccontextmanager
    async def turn(self, turn: AbstractAsyncContextManager[object]) -> AsyncGenerator[None, None]:
        """Wait for ``turn`` and hold it.

        Raises:
            CancelledError: the job was cancelled while it waited.
        """
        async with contextlib.AsyncExitStack() as stack:
            self.waiting = asyncio.current_task()
            try:
                await stack.enter_async_context(turn)
            finally:
                self.waiting = None
            yield


class JobRunner:
    """Runs jobs one step after the other.

    Args:
        backend: buries sandboxes.
        pool: hands them out.
        cache: finished compile steps.
        compile_slot: a context in which one more compile step may run.
    """

    def __init__(
        self,
        backend: Backend,
        pool: Pool,
        cache: CompileCache,
        compile_slot: Callable[[], AbstractAsyncContextManager[None]],
    ) -> None:
        self._backend = backend
        self._pool = pool
        self._cache = cache
        self._compile_slot = compile_slot
        self._running = 0

    @property
    def sandboxes(self) -> Backend:
        """What makes the sandboxes, for those who count."""
        return self._backend

    @property
    def ready_sandboxes(self) -> int:
        """How many sandboxes wait for a job."""
        return self._pool.ready

    @property
    def cache(self) -> CompileCache:
        """The finished compile steps."""
        return self._cache

    async def run(
        self, plan: Plan, job_input: Input, language: tuple[str, str], handle: Handle
    ) -> Report:
        """Run all steps of ``plan``; ``language`` is name and version.

        Cancelling the task ends the sandbox at hand; `Handle.cancel` ends the job with a result.

        Raises:
            BackendUnavailableError: no sandbox could be made, or one failed us.
        """
        files = plan.files
        done: list[StepResult] = []
        cached = False
        for step in plan.steps[:-1]:
            key = cache_key(language, step, files)
            build = self._cache.get(key)
            cached = build is not None
            if build is not None:
                build = replace(build, step=replace(build.step, times=StepTimes()))
            else:
                build = await self._compile(step, files, handle)
                if build.step.status is Status.OK:
                    self._cache.put(key, build)
            done.append(build.step)
            handle.on_event(StageFinished(build.step))
            if build.step.status is not Status.OK:
                return Report(steps=tuple(done))
            files = _laid_over(files, build.files)
        result, artifacts = await self._run(plan.steps[-1], files, job_input, handle)
        return Report(steps=(*done, result), artifacts=artifacts, cached=cached)

    async def _compile(self, step: Step, files: Sequence[SourceFile], handle: Handle) -> Build:
        limits = replace(
            step.limits,
            artifact_bytes=min(_BUILD_BYTES, step.limits.disk_bytes),
            artifacts=_BUILD_FILES,
        )
        async with handle.turn(self._compile_slot()):
            outcome, times = await self._in_sandbox(step, limits, files, None, handle)
        result = replace(step_result(outcome, "compile", step.limits), times=times)
        if result.status is Status.OK and outcome.notes:
            result = replace(result, status=Status.DISK_LIMIT)  # part of the build is missing
        made = (
            SourceFile(
                path=artifact.path,
                content=artifact.content,
                executable=artifact.path in outcome.executables,
            )
            for artifact in outcome.artifacts
        )
        return Build(result, tuple(made))

    async def _run(
        self, step: Step, files: Sequence[SourceFile], job_input: Input, handle: Handle
    ) -> tuple[StepResult, tuple[Artifact, ...]]:
        outcome, times = await self._in_sandbox(step, step.limits, files, job_input, handle)
        result = replace(step_result(outcome, "run", step.limits), times=times)
        handle.on_event(StageFinished(result))
        return result, outcome.artifacts

    async def _in_sandbox(
        self,
        step: Step,
        limits: Limits,
        files: Sequence[SourceFile],
        job_input: Input | None,
        handle: Handle,
    ) -> tuple[Outcome, StepTimes]:
        asked_at = started_at = time.monotonic()

        def on_output(stream: Stream, data: bytes) -> None:
            handle.on_event(Output(stream, data))

        def on_started() -> None:
            nonlocal started_at
            started_at = time.monotonic()
            if job_input:
                handle.input_box = handle.box
            handle.on_event(StageStarted(step.name))

        if handle.cancelled:
            return _never_started(), StepTimes()
        program = Program(
            argv=step.argv,
            env=dict(step.env),
            files=tuple(files),
            stdin=job_input.stdin if job_input else b"",
            interactive=bool(job_input and job_input.interactive),
            burnt_seconds=handle.burnt_seconds,
            on_started=on_started,
            on_output=on_output,
        )
        kind = self._backend.kind_for(program.argv, program.env) if step.warm else Kind.GENERIC
        spec = SandboxSpec(kind, limits)
        async with self._sandbox(spec) as box:
            handle.box = box
            if handle.cancelled:
                return _never_started(), StepTimes()
            try:
                outcome = await box.run(program, limits)
            finally:
                handle.box = handle.input_box = None
            handle.cpu_seconds += outcome.usage.cpu_seconds
            after_start = time.monotonic() - started_at
            return outcome, StepTimes(
                prepare_seconds=started_at - asked_at,
                collect_seconds=max(0.0, after_start - outcome.usage.wall_seconds),
            )

    @contextlib.asynccontextmanager
    async def _sandbox(self, spec: SandboxSpec) -> AsyncGenerator[Box, None]:
        box = await self._pool.take(spec)
        self._running += 1
        if self._running > 1:  # under load the next one is made beside the runs, else after them
            self._pool.refill(spec)
        try:
            yield box
        finally:
            burial = self._backend.bury_soon(box)
            if not box.is_gone:  # cancelled: nothing may be left when the caller goes on
                await asyncio.shield(burial)
            self._running -= 1
            self._pool.refill(spec)


def _never_started() -> Outcome:
    return Outcome(cancelled=True, usage=Usage(wall_seconds=0.0, cpu_seconds=0.0, memory_bytes=0))


def _laid_over(files: Sequence[SourceFile], built: Sequence[SourceFile]) -> tuple[SourceFile, ...]:
    """Return ``files`` with what the compile step made or changed in their place."""
    by_path = {file.path: file for file in (*files, *built)}
    return tuple(by_path.values())
