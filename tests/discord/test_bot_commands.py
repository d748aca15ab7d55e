import re

import pytest

from bot.demo import Interaction, StandIn, Upload
from bot.models import Rules
from executor import Artifact, StageStarted
from tests.discord.bot_client import Bot, running_bot
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor
from tests.results import result, step

CODE = 'print("hi")'


async def use(bot: Bot, name: str = "run", **options: object) -> Interaction:
    return await bot.standin.slash(bot.ben, bot.code, name, options)


async def test_run_with_code_is_answered(bot: Bot, standin: StandIn) -> None:
    used = await use(bot, language="py", code=CODE, stdin="5", args="a b", private=False)
    reply = await standin.wait_for_response(used)
    assert reply.embeds[0]["description"] == "```\nhi\n```"
    assert not reply.is_ephemeral
    assert reply.pinged == frozenset()


async def test_every_option_reaches_the_program(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    file = Upload(filename="data.csv", content=b"1,2")
    used = await use(bot, language="py", code=CODE, stdin="5", args="a 'b c'", file=file)
    await standin.wait_for_response(used)
    (job,) = executor.jobs
    assert (job.language, job.stdin, job.args) == ("python", b"5\n", ("a", "b c"))
    assert [(f.path, f.content) for f in job.files] == [
        ("main.py", CODE.encode()),
        ("data.csv", b"1,2"),
    ]


async def test_a_file_alone_is_the_program_and_its_name_says_the_language(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    used = await use(bot, file=Upload(filename="hello.py", content=CODE.encode()))
    reply = await standin.wait_for_response(used)
    assert "hi" in reply.embeds[0]["description"]
    assert executor.jobs[0].files[0].path == "hello.py"


async def test_several_files_lie_in_one_folder(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    main, util = (Upload(filename=name, content=CODE.encode()) for name in ("main.py", "util.py"))
    await standin.wait_for_response(await use(bot, file=main, file2=util, file3=util))
    assert [file.path for file in executor.jobs[0].files] == ["main.py", "util.py", "util-2.py"]


async def test_a_file_that_is_too_large_is_refused_privately(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    used = await use(bot, file=Upload(filename="a.py", content=b"#" * (1024 * 1024 + 1)))
    reply = await standin.wait_for_response(used)
    assert "1 MiB at most" in reply.embeds[0]["description"]
    assert reply.is_ephemeral
    assert executor.jobs == []


async def test_private_is_for_the_asker_alone(bot: Bot, standin: StandIn) -> None:
    reply = await standin.wait_for_response(await use(bot, code=CODE, private=True))
    assert reply.is_ephemeral
    assert reply.visible_to is bot.ben


async def test_a_refusal_is_private(bot: Bot, standin: StandIn) -> None:
    reply = await standin.wait_for_response(await use(bot, language="pyhton", code=CODE))
    assert "Did you mean `python`?" in reply.embeds[0]["description"]
    assert reply.is_ephemeral


async def test_without_code_an_editor_opens_and_its_program_runs(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    used = await use(bot, language="py", stdin="7", private=True)
    modal = await standin.wait_for_modal(used)
    submitted = await standin.submit_modal(
        bot.ben,
        modal,
        {"language": "py", "code": f"# editor\n{CODE}", "stdin": "7", "args": "x\ny"},
    )
    reply = await standin.wait_for_response(submitted)
    assert "hi" in reply.embeds[0]["description"]
    assert reply.is_ephemeral
    (job,) = executor.jobs
    assert job.files[0].content == f"# editor\n{CODE}".encode()
    assert (job.stdin, job.args) == (b"7\n", ("x", "y"))


async def test_the_editor_shows_what_was_filled_in_already(bot: Bot, standin: StandIn) -> None:
    modal = await standin.wait_for_modal(await use(bot, language="c++", stdin="a\nb"))
    filled = {c["component"]["custom_id"]: c["component"].get("value") for c in modal.components}
    assert filled == {"language": "c++", "code": None, "stdin": "a\nb", "args": None}


async def test_a_long_run_is_deferred_then_runs_then_ends(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    used = await use(bot, code=CODE)
    run = await executor.started()
    await standin.wait_for_ack(used)
    run.emit(StageStarted("run"))
    reply = await standin.wait_for_response(used)
    assert "Running" in reply.embeds[0]["title"]
    artifact = Artifact(path="plot.png", content=b"\x89PNG\r\n\x1a\n")
    run.finish(result(step(b"hi\n"), artifacts=(artifact,)))
    await standin.wait_for_edit(reply, lambda m: "Finished" in m.embeds[0]["title"])
    assert [file.filename for file in reply.attachments] == ["plot.png"]
    assert used.followups == []


async def test_languages_complete_as_they_are_typed(bot: Bot, standin: StandIn) -> None:
    async def offered(typed: str) -> list[str]:
        choices = await standin.autocomplete(
            bot.ben, bot.code, "run", {"language": typed}, focused="language"
        )
        return [choice["value"] for choice in choices]

    assert (await offered("py"))[0] == "python"
    assert (await offered("C#"))[0] == "csharp"
    assert await offered("zzz") == []
    assert set(await offered("")) == {"bash", "c", "c++", "csharp", "javascript", "python"}


async def test_languages_that_are_switched_off_are_not_offered(
    standin: StandIn, executor: FakeExecutor
) -> None:
    rules = Rules(languages_blocked=frozenset({"python"}), cooldown_seconds=0)
    async with running_bot(standin, executor, rules=rules) as bot:
        listed = await standin.wait_for_response(await use(bot, "languages"))
        choices = await standin.autocomplete(
            bot.ben, bot.code, "run", {"language": "py"}, focused="language"
        )
    assert "**bash** 5.2.15" in listed.embeds[0]["description"]
    assert "python" not in listed.embeds[0]["description"]
    assert "python" not in [choice["value"] for choice in choices]


async def test_help_teaches_by_example_and_privately(bot: Bot, standin: StandIn) -> None:
    reply = await standin.wait_for_response(await use(bot, "help"))
    assert 'print("hi")' in reply.embeds[0]["description"]
    assert reply.is_ephemeral


async def test_commands_work_in_direct_messages(bot: Bot, standin: StandIn) -> None:
    used = await standin.slash(bot.ben, standin.dm(bot.ben), "run", {"code": CODE})
    assert "hi" in (await standin.wait_for_response(used)).embeds[0]["description"]


async def test_a_channel_without_files_still_gets_the_text(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.answer = lambda job: result(step(b"x\n" * 1000), job_id=job.id)
    standin.faults.fail_next("PATCH", "/webhooks/*", status=403, code=50013)
    reply = await standin.wait_for_response(await use(bot, code=CODE))
    assert "Attach Files" in reply.content
    assert reply.attachments == []


async def test_where_even_that_is_refused_the_log_says_it(
    bot: Bot, standin: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    standin.faults.fail_next("PATCH", "/webhooks/*", status=403, code=50013, times=2)
    await use(bot, code=CODE)
    await eventually(lambda: "could not be answered" in caplog.text)


async def test_a_file_that_is_gone_is_told(bot: Bot, standin: StandIn) -> None:
    used = await use(bot, file=Upload(filename="a.py", content=CODE.encode()))
    standin.world.attachments.clear()
    reply = await standin.wait_for_response(used)
    assert "attach it once more" in reply.embeds[0]["description"]


async def test_a_bug_becomes_a_sentence_with_a_number(
    bot: Bot, standin: StandIn, executor: FakeExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    executor.breaks_on_runtimes = True
    reply = await standin.wait_for_response(await use(bot, "languages"))
    number = re.search(r"`(\w{12})`", reply.embeds[0]["description"])
    assert number
    assert number[1] in caplog.text
    assert "on purpose" not in str(reply.embeds)
    assert reply.is_ephemeral
