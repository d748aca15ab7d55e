"""Whether the bot writes to people directly: what the operator and the server decide, on the stand-in."""

from collections.abc import AsyncGenerator

import pytest

from bot.demo import Message, Permission, StandIn, Upload
from bot.models import Rules
from bot.policy import SOURCE_BYTES
from bot.settings.keeper import SettingsKeeper
from bot.settings.values import ServerSettings
from tests.discord.bot_client import HI, Bot, running_bot
from tests.discord.controls import controls_of
from tests.discord.settings_client import open_panel
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore

NOT_DIRECTLY = Rules(cooldown_seconds=0, direct_messages=False)
RUN = {"code": 'print("hi")', "language": "python"}


@pytest.fixture
async def strict_bot(standin: StandIn, executor: FakeExecutor) -> AsyncGenerator[Bot, None]:
    async with running_bot(standin, executor, rules=NOT_DIRECTLY) as running:
        yield running


async def store_with(standin: StandIn, settings: ServerSettings) -> MemoryStore:
    store = MemoryStore()
    keeper = SettingsKeeper(store.settings, store.audits)
    await keeper.change(standin.guilds[0].id, 1, lambda _: settings)
    return store


def words(message: Message) -> str:
    return str(message.embeds[0]["description"])


def bots_words_to(standin: StandIn, name: str) -> list[Message]:
    bot = standin.world.bot
    direct = standin.dm(standin.users[name])
    return [
        one for one in standin.world.messages.values() if (one.author, one.channel) == (bot, direct)
    ]


async def test_where_the_operator_wants_none_nothing_runs_in_direct_messages(
    strict_bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    direct = standin.dm(strict_bot.ben)
    refused = await standin.wait_for_reply(await standin.say(direct, strict_bot.ben, HI))
    assert "no programs in direct messages" in words(refused)
    used = await standin.slash(strict_bot.ben, direct, "run", RUN)
    assert "no programs in direct messages" in words(await standin.wait_for_response(used))
    pressed = await standin.click(strict_bot.ben, refused, controls_of(refused)["Run again"])
    assert "no programs in direct messages" in words(await standin.wait_for_followup(pressed))
    assert executor.jobs == []
    assert "hi" in words(await strict_bot.answer_to())


async def test_where_the_operator_wants_none_help_is_given_all_the_same(
    strict_bot: Bot, standin: StandIn
) -> None:
    direct = standin.dm(strict_bot.ben)
    helped = await standin.wait_for_reply(
        await standin.say(direct, strict_bot.ben, standin.mention)
    )
    assert "Run" in helped.embeds[0]["title"] or "run" in words(helped)


async def test_where_the_operator_wants_none_no_answer_becomes_a_direct_message(
    strict_bot: Bot, standin: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    standin.faults.refuse(Permission.SEND_MESSAGES, strict_bot.code)
    await strict_bot.ask()
    await eventually(lambda: "may not answer it anywhere" in caplog.text)
    assert bots_words_to(standin, "ben") == []
    manager = await open_panel(strict_bot)
    await manager.go("Members\u2019 experience")
    assert "**Direct messages** • off (the operator's)" in manager.text


@pytest.mark.parametrize(
    ("command", "options"),
    [
        pytest.param("help", {}, id="help"),
        pytest.param("languages", {}, id="languages"),
        pytest.param(
            "run",
            {"file": Upload(filename="a.py", content=b"#" * (SOURCE_BYTES + 1))},
            id="refused-file",
        ),
    ],
)
@pytest.mark.parametrize("is_allowed", [False, True], ids=["forbidden", "allowed"])
async def test_what_is_told_privately_and_late_is_a_direct_message_only_where_that_is_allowed(
    standin: StandIn,
    executor: FakeExecutor,
    caplog: pytest.LogCaptureFixture,
    command: str,
    options: dict[str, object],
    *,
    is_allowed: bool,
) -> None:
    rules = Rules(cooldown_seconds=0) if is_allowed else NOT_DIRECTLY
    async with running_bot(standin, executor, rules=rules) as bot:
        standin.faults.fail_next("POST", "/interactions/*", status=404, code=10062, times=2)
        standin.faults.refuse(Permission.SEND_MESSAGES, bot.code)
        await standin.slash(bot.ben, bot.code, command, options)
        if is_allowed:
            await eventually(lambda: len(bots_words_to(standin, "ben")) == 1)
        else:
            await eventually(lambda: "may not be answered directly" in caplog.text)
            assert bots_words_to(standin, "ben") == []


@pytest.mark.parametrize("by", ["server", "operator"])
async def test_a_late_private_answer_is_kept_back_where_none_may_be_written_directly(
    standin: StandIn, executor: FakeExecutor, caplog: pytest.LogCaptureFixture, by: str
) -> None:
    store = await store_with(standin, ServerSettings(answers_by_dm=by == "operator"))
    rules = NOT_DIRECTLY if by == "operator" else Rules(cooldown_seconds=0)
    async with running_bot(standin, executor, store, rules=rules) as bot:
        standin.faults.fail_next("POST", "/interactions/*", status=404, code=10062, times=2)
        await standin.slash(bot.ben, bot.code, "run", RUN | {"private": True})
        await eventually(lambda: "may not be answered directly" in caplog.text)
        # One that everybody may see becomes a message in the channel, as anywhere.
        standin.faults.fail_next("POST", "/interactions/*", status=404, code=10062, times=2)
        await standin.slash(bot.ben, bot.code, "run", RUN)
        reply = await standin.wait_for_message(lambda m: bool(m.embeds), 30)
        assert reply.channel is bot.code
    assert bots_words_to(standin, "ben") == []


async def test_what_was_interrupted_is_not_told_directly_where_the_server_wants_none(
    standin: StandIn, executor: FakeExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    store = await store_with(standin, ServerSettings(answers_by_dm=False))
    executor.is_holding = True
    async with running_bot(standin, executor, store) as bot:
        standin.faults.fail_next("POST", "/channels/*/messages", status=500, times=99)
        await bot.ask()
        await executor.started()
        bot.kill()
    standin.faults.clear()
    standin.faults.refuse(Permission.SEND_MESSAGES, bot.code)
    async with running_bot(standin, executor, store) as bot:
        await eventually(lambda: "may not answer it anywhere" in caplog.text)
    assert bots_words_to(standin, "ben") == []
