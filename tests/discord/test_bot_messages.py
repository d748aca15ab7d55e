import re

import pytest

from bot.demo import StandIn
from bot.demo.events import Event
from bot.models import Rules
from executor import Artifact, Executor, QueueFullError, StageStarted
from tests.discord.bot_client import HI, Bot, is_placeholder, running_bot
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor
from tests.results import result, step

MESSAGE_CONTENT = 1 << 15


async def test_a_mention_with_a_block_is_answered_with_its_output(
    bot: Bot, standin: StandIn
) -> None:
    reply = await bot.answer_to(HI)
    (embed,) = reply.embeds
    assert embed["title"] == "✅ Finished"
    assert embed["description"] == "```\nhi\n```"
    assert embed["footer"]["text"].startswith("python 3.")
    assert reply.pinged == frozenset()
    assert len(standin.transcript.matching("POST", "/messages")) == 1


async def test_a_prefix_works_with_message_content(bot: Bot, standin: StandIn) -> None:
    asked = await standin.say(bot.code, bot.ben, f"./run py\n{HI}")
    reply = await standin.wait_for_reply(asked)
    assert "hi" in reply.embeds[0]["description"]


async def test_without_message_content_mentions_work_and_the_prefix_is_silent() -> None:
    async with (
        StandIn(disallowed_intents=MESSAGE_CONTENT) as standin,
        running_bot(standin, FakeExecutor()) as bot,
    ):
        await standin.say(bot.code, bot.ben, f"./run {HI}")
        reply = await bot.answer_to(HI)
        assert "hi" in reply.embeds[0]["description"]
        assert len(standin.transcript.matching("POST", "/messages")) == 1
        assert len(standin.transcript.matching("PUT", "/commands")) == 1


async def test_a_direct_message_needs_no_mention(bot: Bot, standin: StandIn) -> None:
    asked = await standin.say(standin.dm(bot.ben), bot.ben, HI)
    reply = await standin.wait_for_reply(asked)
    assert "hi" in reply.embeds[0]["description"]


async def test_a_bare_mention_gets_help_with_an_example(bot: Bot, standin: StandIn) -> None:
    asked = await standin.say(bot.code, bot.ben, standin.mention)
    reply = await standin.wait_for_reply(asked)
    assert "How to run a program" in reply.embeds[0]["title"]
    assert "print" in reply.embeds[0]["description"]
    assert reply.pinged == frozenset()


@pytest.mark.parametrize("text", ["", HI], ids=["help", "run"])
async def test_a_bug_becomes_a_sentence_with_a_number(
    bot: Bot, executor: FakeExecutor, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    executor.breaks_on_runtimes = True
    reply = await bot.answer_to(text)
    number = re.search(r"`(\w{12})`", reply.embeds[0]["description"])
    assert number
    assert number[1] in caplog.text
    assert "on purpose" not in str(reply.embeds)


async def test_who_is_not_meant_is_left_alone(bot: Bot, standin: StandIn) -> None:
    await standin.say(bot.code, bot.ben, HI)
    await standin.say(bot.code, bot.ben, "I like ./run")
    await standin.say(bot.code, bot.ben, f"```\n{standin.mention}\n```")
    reply = await bot.answer_to(HI)
    assert [call.path for call in standin.transcript.matching("POST", "/messages")] == [
        f"/channels/{reply.channel.id}/messages"
    ]


async def test_the_bot_does_not_answer_bots(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    other = standin.users["dan"]
    other.is_bot = True
    await standin.say(bot.code, other, f"{standin.mention} {HI}")
    await bot.answer_to(HI)
    assert len(executor.jobs) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("print(1)", "no code block", id="no-block"),
        pytest.param("```py\n```", "empty", id="empty-block"),
        pytest.param("```\n1 2\n```", "which language", id="no-language"),
        pytest.param("```pyhton\nx\n```", "Did you mean `python`?", id="unknown-language"),
        pytest.param("```py 2.7\nx\n```", "no python 2.7 here, only 3.13.5, 3.9.2", id="version"),
    ],
)
async def test_what_cannot_run_is_answered_with_a_sentence(
    bot: Bot, executor: FakeExecutor, text: str, words: str
) -> None:
    reply = await bot.answer_to(text)
    assert words in reply.embeds[0]["description"]
    assert executor.jobs == []


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        pytest.param(
            Rules(languages_blocked=frozenset({"PY"})), "python is switched off", id="blocked"
        ),
        pytest.param(
            Rules(languages_allowed=frozenset({"bash"})), "You can use bash", id="not-allowed"
        ),
        pytest.param(Rules(channels_allowed=frozenset({1})), "ask the operator", id="channel"),
    ],
)
async def test_what_is_not_allowed_is_told_so(
    standin: StandIn, executor: FakeExecutor, rules: Rules, words: str
) -> None:
    async with running_bot(standin, executor, rules=rules) as bot:
        reply = await bot.answer_to(HI)
    assert words in reply.embeds[0]["description"]
    assert executor.jobs == []


async def test_a_blocked_channel_is_told_so(standin: StandIn, executor: Executor) -> None:
    channel = standin.guilds[0].channels["code"]
    rules = Rules(channels_blocked=frozenset({channel.id}))
    async with running_bot(standin, executor, rules=rules) as bot:
        reply = await bot.answer_to(HI)
    assert "in this channel" in reply.embeds[0]["description"]


async def test_a_second_run_within_the_cooldown_is_told_when(
    standin: StandIn, executor: Executor
) -> None:
    async with running_bot(standin, executor, rules=Rules(cooldown_seconds=60)) as bot:
        await bot.answer_to(HI)
        reply = await bot.answer_to(HI)
        other = await bot.answer_to(HI, user=bot.cleo)
    assert "in 60 s" in reply.embeds[0]["description"]
    assert "Finished" in other.embeds[0]["title"]


async def test_a_full_queue_is_told(bot: Bot, executor: FakeExecutor) -> None:
    executor.refusal = QueueFullError("full", retry_after_seconds=8)
    reply = await bot.answer_to(HI)
    assert "in 8 s" in reply.embeds[0]["description"]


async def test_a_long_run_shows_that_it_runs_and_then_its_result(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    asked = await bot.ask(HI)
    run = await executor.started()
    run.emit(StageStarted("run"))
    reply = await standin.wait_for_reply(asked)
    assert "Running" in reply.embeds[0]["title"]
    run.finish(executor.answer(run.job))
    await standin.wait_for_edit(reply, lambda m: "Finished" in m.embeds[0]["title"])
    assert reply.embeds[0]["description"] == "```\nhi\n```"
    assert len(standin.transcript.matching("POST", "/messages")) == 1


async def test_long_output_is_attached_whole_also_when_it_replaces_the_placeholder(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    data = b"".join(b"%d\n" % n for n in range(10_000))
    executor.is_holding = True
    asked = await bot.ask(HI)
    run = await executor.started()
    reply = await standin.wait_for_reply(asked)
    run.finish(
        result(step(data), artifacts=(Artifact(path="a/plot.png", content=b"\x89PNG\r\n\x1a\n"),))
    )
    await standin.wait_for_edit(reply, lambda m: bool(m.attachments))
    assert [(file.filename, file.content) for file in reply.attachments] == [
        ("stdout.txt", data),
        ("a_plot.png", b"\x89PNG\r\n\x1a\n"),
    ]
    assert "left out" in reply.embeds[0]["description"]


async def test_hostile_output_pings_nobody_and_stays_in_its_block(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    shout = f"```\n@everyone @here <@{bot.cleo.id}> <@&{standin.guilds[0].id}> \u202eevil\n```"
    executor.answer = lambda job: result(step(shout.encode(), shout.encode()), job_id=job.id)
    reply = await bot.answer_to(HI)
    assert reply.pinged == frozenset()
    assert not reply.mention_everyone
    description = reply.embeds[0]["description"]
    assert description.count("```") == 4
    assert "\u202e" not in description


async def test_what_a_member_typed_is_quoted_harmlessly(bot: Bot) -> None:
    reply = await bot.answer_to("```x@everyone\ny\n```\n")
    assert reply.pinged == frozenset()
    assert "@everyone" not in str(reply.embeds)


async def test_a_placeholder_that_somebody_deletes_is_not_sent_again(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    reply = await standin.wait_for_reply(await bot.ask(HI))
    run = await executor.started()
    await standin.delete(reply)
    run.finish(executor.answer(run.job))
    await eventually(lambda: standin.transcript.matching("PATCH"))
    executor.is_holding = False
    await bot.answer_to(HI)
    assert len(standin.transcript.matching("POST", "/messages")) == 2


async def test_a_message_that_is_delivered_twice_is_answered_once(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    asked = await bot.ask(HI)
    standin.world.hub.publish(Event(name="MESSAGE_CREATE", channel=asked.channel, message=asked))
    await standin.wait_for_reply(asked)
    await bot.answer_to(HI)
    assert len(executor.jobs) == 2


async def test_no_message_may_ping_anyone(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    reply = await standin.wait_for_reply(await bot.ask(HI))
    run = await executor.started()
    run.finish(executor.answer(run.job))
    await standin.wait_for_edit(reply, lambda m: not is_placeholder(m))
    (sent,) = standin.transcript.matching("POST", "/messages")
    (edited,) = standin.transcript.matching("PATCH")
    assert sent.request["allowed_mentions"] == {"parse": [], "replied_user": False}
    assert edited.request["allowed_mentions"]["parse"] == []


async def test_a_stop_says_so_in_every_open_answer(
    standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    async with running_bot(standin, executor) as bot:
        asked = await bot.ask(HI)
        reply = await standin.wait_for_reply(asked)
        bot.stop.set()
    assert "Stopped" in reply.embeds[0]["title"]
    assert "restarted" in reply.embeds[0]["description"]


async def test_after_a_restart_the_bot_answers_again(
    standin: StandIn, executor: FakeExecutor
) -> None:
    for _ in range(2):
        async with running_bot(standin, executor) as bot:
            reply = await bot.answer_to(HI)
            assert "Finished" in reply.embeds[0]["title"]
    assert len(executor.jobs) == 2


async def test_a_dropped_connection_loses_nothing(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    await bot.answer_to(HI)
    await standin.drop_gateway(4000)
    reply = await bot.answer_to(HI)
    assert "Finished" in reply.embeds[0]["title"]
    assert len(executor.jobs) == 2
