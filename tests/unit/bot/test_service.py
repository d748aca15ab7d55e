import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from bot.fields import Fields, read_fields
from bot.models import Caller, Reply, Rules, RunRequest, Tone
from bot.parsing import parse
from bot.service import Read, RunService
from executor import (
    BackendUnavailableError,
    Event,
    ExecutorError,
    InvalidJobError,
    Job,
    Queued,
    QueueFullError,
    RateLimitedError,
    Run,
    SourceFile,
    StageStarted,
    Status,
)
from tests.admissions import admission
from tests.asking import ask
from tests.fakes import FakeExecutor, FakeWatcher
from tests.results import result, step

CALLER = Caller(user_id=1, channel_id=2)
HI = '```py\nprint("hi")\n```'
NO_COOLDOWN = Rules(cooldown_seconds=0)


@pytest.fixture
async def executor() -> AsyncIterator[FakeExecutor]:
    fake = FakeExecutor()
    yield fake
    await fake.close()


def message(text: str) -> Read:
    return lambda names: parse(text, names)


def service(
    executor: FakeExecutor, rules: Rules = NO_COOLDOWN, show_after_seconds: float = 30
) -> RunService:
    return RunService(
        executor,
        admission(rules),
        new_job_id=lambda: "job-1",
        show_after_seconds=show_after_seconds,
    )


async def test_a_message_becomes_a_result(executor: FakeExecutor) -> None:
    watcher = FakeWatcher()
    reply = await ask(service(executor), message(HI), CALLER, watcher=watcher)
    assert (reply.tone, reply.description) == (Tone.OK, "```\nhi\n```")
    assert watcher.was_accepted
    assert watcher.shown == []
    assert executor.jobs[0].owner == "discord:1"


async def test_the_editor_and_options_go_the_same_way(executor: FakeExecutor) -> None:
    fields = Fields(language="Python 3.13", code='print("hi")', stdin="5", args="a 'b c'")
    reply = await ask(
        service(executor), lambda names: read_fields(fields, names), CALLER, watcher=FakeWatcher()
    )
    assert reply.tone is Tone.OK
    (job,) = executor.jobs
    assert (job.language, job.version) == ("python", "3.13.5")
    assert (job.stdin, job.args) == (b"5\n", ("a", "b c"))


async def test_a_request_that_is_understood_already_goes_the_same_way(
    executor: FakeExecutor,
) -> None:
    program = SourceFile(path="main.py", content=b'print("hi")')
    request = RunRequest(language="py", files=(program,), notes=("A note.",))
    reply = await ask(service(executor), lambda _: request, CALLER, watcher=FakeWatcher())
    assert reply.description == "A note.\n```\nhi\n```"


async def test_languages_that_may_run_are_completed(executor: FakeExecutor) -> None:
    bot = service(executor, Rules(languages_blocked=frozenset({"javascript"})))
    assert (await bot.complete("c", CALLER))[:1] == ("c",)
    assert await bot.complete("script", CALLER) == ()
    assert "javascript" not in await bot.languages(CALLER)


async def test_what_cannot_be_read_is_not_accepted(executor: FakeExecutor) -> None:
    watcher = FakeWatcher()
    reply = await ask(service(executor), message("hello"), CALLER, watcher=watcher)
    assert reply.tone is Tone.REFUSED
    assert not watcher.was_accepted
    assert executor.jobs == []


async def test_a_refusal_that_quotes_the_member_carries_no_invite(executor: FakeExecutor) -> None:
    fields = Fields(language="discord.gg/abc", code="1")
    reply = await ask(
        service(executor), lambda names: read_fields(fields, names), CALLER, watcher=FakeWatcher()
    )
    assert reply.tone is Tone.REFUSED
    assert "discord.gg/abc" not in reply.description + reply.text
    assert "[invite hidden]" in reply.description


async def test_a_guess_is_said(executor: FakeExecutor) -> None:
    reply = await ask(
        service(executor), message('```\nprint("hi")\n```'), CALLER, watcher=FakeWatcher()
    )
    assert "this looks like python" in reply.description


async def test_the_next_run_must_wait_for_the_cooldown(executor: FakeExecutor) -> None:
    now = 100.0
    bot = RunService(executor, admission(Rules(cooldown_seconds=2), clock=lambda: now))
    await ask(bot, message(HI), CALLER, watcher=FakeWatcher())
    now += 0.5
    early = await ask(bot, message(HI), CALLER, watcher=FakeWatcher())
    other = await ask(bot, message(HI), Caller(user_id=9, channel_id=2), watcher=FakeWatcher())
    now += 1.6
    late = await ask(bot, message(HI), CALLER, watcher=FakeWatcher())
    assert (early.tone, other.tone, late.tone) == (Tone.REFUSED, Tone.OK, Tone.OK)
    assert "in 2 s" in early.description


async def test_a_member_cannot_fill_the_queue(executor: FakeExecutor) -> None:
    executor.is_holding = True
    bot = service(executor)
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(ask(bot, message(HI), CALLER, watcher=FakeWatcher()))
            for _ in range(4)
        ]
        await executor.started(4)
        fifth = await ask(bot, message(HI), CALLER, watcher=FakeWatcher())
        await executor.close()
    assert "4 programs of yours" in fifth.description
    assert all(task.result().tone is Tone.STOPPED for task in tasks)
    executor.is_holding = False
    assert (await ask(bot, message(HI), CALLER, watcher=FakeWatcher())).tone is Tone.OK


async def test_a_long_run_shows_what_it_does_and_only_news(executor: FakeExecutor) -> None:
    executor.is_holding = True
    watcher = FakeWatcher()
    bot = service(executor, show_after_seconds=0.01)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(ask(bot, message(HI), CALLER, watcher=watcher))
        run = await executor.started()
        news: list[tuple[Event, str]] = [
            (Queued(3), "number 3"),
            (StageStarted("compile"), "Compiling"),
            (StageStarted("run"), "Running"),
        ]
        for event, words in news:
            run.emit(event)
            while not watcher.shown or words not in watcher.shown[-1].text:
                watcher.news.clear()
                await watcher.news.wait()
        run.finish(executor.answer(run.job))
    assert task.result().tone is Tone.OK
    texts = [reply.text for reply in watcher.shown]
    assert len(set(texts)) == len(texts)


async def test_progress_that_is_being_sent_is_never_cut_off(executor: FakeExecutor) -> None:
    class Slow(FakeWatcher):
        sent = False

        async def running(self, reply: Reply) -> None:
            await super().running(reply)
            await asyncio.sleep(0.05)
            self.sent = True

    executor.is_holding = True
    watcher = Slow()
    bot = service(executor, show_after_seconds=0.01)
    async with asyncio.TaskGroup() as group:
        group.create_task(ask(bot, message(HI), CALLER, watcher=watcher))
        run = await executor.started()
        await watcher.news.wait()
        run.finish(executor.answer(run.job))
    assert watcher.sent


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(QueueFullError("full", retry_after_seconds=7), "in 7 s", id="queue-full"),
        pytest.param(RateLimitedError("no", retry_after_seconds=3), "in 3 s", id="rate-limited"),
        pytest.param(
            BackendUnavailableError("run: chmod o+x /srv"),
            "with `codecage doctor`",
            id="no-sandbox",
        ),
        pytest.param(InvalidJobError("bad @everyone"), "cannot be run as it is", id="bad-job"),
    ],
)
@pytest.mark.parametrize("is_late", [False, True], ids=["at-the-start", "at-the-end"])
async def test_an_executor_error_becomes_a_sentence(
    executor: FakeExecutor, error: ExecutorError, words: str, is_late: bool
) -> None:
    if is_late:
        executor.answer = lambda _: error
    else:
        executor.refusal = error
    reply = await ask(service(executor), message(HI), CALLER, watcher=FakeWatcher())
    assert words in reply.description
    assert reply.tone in {Tone.REFUSED, Tone.OURS}


async def test_why_there_is_no_sandbox_is_the_operator_s_to_know(
    executor: FakeExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    executor.refusal = BackendUnavailableError("cannot enter /srv/secret; run: chmod o+x /srv")
    reply = await ask(service(executor), message(HI), CALLER, watcher=FakeWatcher())
    assert "/srv" not in reply.description
    assert "cannot enter /srv/secret" in caplog.text


async def test_an_unexpected_error_is_logged_and_becomes_a_number(
    executor: FakeExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    executor.answer = lambda _: RuntimeError("secret detail")
    reply = await ask(service(executor), message(HI), CALLER, watcher=FakeWatcher())
    assert reply.tone is Tone.OURS
    assert "`job-1`" in reply.description
    assert "secret" not in reply.text
    (record,) = [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert "job-1" in record.getMessage()


async def test_code_and_output_stay_out_of_the_log(
    executor: FakeExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    executor.answer = lambda job: result(step(b"printed words\n"), job_id=job.id)
    await ask(service(executor), message("```py\nmy code\n```"), CALLER, watcher=FakeWatcher())
    assert "my code" not in caplog.text
    assert "printed words" not in caplog.text


async def test_a_cancelled_request_stops_its_run(executor: FakeExecutor) -> None:
    executor.is_holding = True
    bot = service(executor)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(ask(bot, message(HI), CALLER, watcher=FakeWatcher()))
        run = await executor.started()
        task.cancel()
    assert task.cancelled()
    assert run.is_cancelled


async def test_closing_stops_what_runs_and_refuses_what_comes(executor: FakeExecutor) -> None:
    executor.is_holding = True
    bot = service(executor)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(ask(bot, message(HI), CALLER, watcher=FakeWatcher()))
        await executor.started()
        await asyncio.sleep(0)
        await bot.close()
    assert task.result().tone is Tone.STOPPED
    assert "restarted" in task.result().description
    late = await ask(bot, message(HI), CALLER, watcher=FakeWatcher())
    assert "restarted" in late.description
    assert len(executor.jobs) == 1


async def test_a_job_that_starts_while_closing_is_stopped() -> None:
    class ClosesMeanwhile(FakeExecutor):
        async def start(self, job: Job) -> Run:
            await bot.close()
            return await super().start(job)

    late = ClosesMeanwhile()
    late.is_holding = True
    bot = service(late)
    reply = await ask(bot, message(HI), CALLER, watcher=FakeWatcher())
    assert reply.tone is Tone.STOPPED
    assert late.runs[0].is_cancelled


async def test_a_program_that_wanted_input_is_offered_to_add_some(executor: FakeExecutor) -> None:
    said = b"Traceback:\nEOFError: EOF when reading a line\n"
    failed = step(b"", said, status=Status.RUNTIME_ERROR, exit_code=1)
    executor.answer = lambda job: result(failed, job_id=job.id, language=job.language)
    reply = await ask(
        service(executor), message("```py\nx = input()\n```"), CALLER, watcher=FakeWatcher()
    )
    assert "Add input" in reply.description
    assert reply.buttons[0].label == "Add input"


async def test_what_was_stopped_before_it_ran_did_not_end_as_a_run(executor: FakeExecutor) -> None:
    watcher, asking = FakeWatcher(), service(executor)
    with asking.jobs.under_way(CALLER) as asked:
        await asked.stop()
        reply = await asking.run(message(HI), asked, watcher=watcher)
    assert reply.tone is Tone.STOPPED
    assert (executor.jobs, watcher.results) == ([], [])
