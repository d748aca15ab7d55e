"""What servers can set, as members meet it. Each test sets it as a manager does."""

import asyncio

import pytest

from bot.demo import Message, Permission, StandIn
from executor import Artifact, Output, Runtime, StageStarted, Stream
from tests.discord.bot_client import HI, Bot, is_placeholder, running_bot
from tests.discord.controls import choices_of, controls_of
from tests.discord.settings_client import import_file, open_panel
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore
from tests.results import result, step

TOKEN = "ghp_" + "a1B2" * 9
PNG = b"\x89PNG\r\n\x1a\n"


def description(reply: Message) -> str:
    text: str = reply.embeds[0]["description"]
    return text


async def test_a_member_waits_in_seconds_and_runs_again_then(bot: Bot) -> None:
    manager = await open_panel(bot)
    await manager.go("Limits & quotas")
    await manager.fill("Change limits", cooldown="30s")
    assert "**Wait between two runs** • 30 s" in manager.text
    await bot.answer_to()
    refused = await bot.answer_to()
    assert "next program in 30 s" in description(refused)
    assert "Run again" in controls_of(refused)
    assert "Finished" in (await bot.answer_to(user=bot.cleo)).embeds[0]["title"]


async def test_quotas_hold_per_member_and_per_server(bot: Bot) -> None:
    manager = await open_panel(bot)
    await manager.go("Limits & quotas")
    await manager.fill("Change limits", runs_per_hour_and_member="1", runs_per_hour="2")
    await bot.answer_to()
    assert "used up: the next one is free in 60 min" in description(await bot.answer_to())
    assert "Finished" in (await bot.answer_to(user=bot.cleo)).embeds[0]["title"]
    dan = bot.standin.users["dan"]
    assert "used up" in description(await bot.answer_to(user=dan))
    await manager.fill("Change limits", runs_per_hour_and_member="", runs_per_hour="")
    assert "Finished" in (await bot.answer_to(user=dan)).embeds[0]["title"]


async def test_less_of_the_output_is_shown(bot: Bot, executor: FakeExecutor) -> None:
    executor.answer = lambda job: result(step(b"line\n" * 100), job_id=job.id)
    manager = await open_panel(bot)
    await manager.go("Output")
    await manager.fill("Size and file types", lines="5")
    reply = await bot.answer_to()
    assert description(reply).count("line\n") == 4
    assert [file.filename for file in reply.attachments] == ["stdout.txt"]


async def test_files_are_switched_off_and_limited_by_type(bot: Bot, executor: FakeExecutor) -> None:
    made = (Artifact(path="a.png", content=PNG), Artifact(path="a.csv", content=b"1,2"))
    executor.answer = lambda job: result(step(b"1\n"), job_id=job.id, artifacts=made)
    manager = await open_panel(bot)
    await manager.go("Output")
    await manager.fill("Size and file types", file_types="png, .txt")
    assert "**File types** • png, txt" in manager.text
    reply = await bot.answer_to()
    assert [file.filename for file in reply.attachments] == ["a.png"]
    assert "`a.csv`" in description(reply)
    await manager.choose("Files", "Live output", "Links")
    reply = await bot.answer_to()
    assert reply.attachments == []
    assert "does not show the files" in description(reply)


async def test_invites_and_links_are_the_servers_choice_and_tokens_are_not(
    bot: Bot, executor: FakeExecutor
) -> None:
    text = f"discord.gg/abc https://example.org {TOKEN}\n".encode()
    made = (Artifact(path=f"{TOKEN}.txt", content=text),)
    executor.answer = lambda job: result(step(text), job_id=job.id, artifacts=made)
    reply = await bot.answer_to()
    assert "[invite hidden] https://example.org [token hidden]" in description(reply)
    manager = await open_panel(bot)
    await manager.go("Output")
    await manager.choose("Files", "Files", "Live output", "Invites")
    reply = await bot.answer_to()
    assert "discord.gg/abc [link hidden] [token hidden]" in description(reply)
    assert [file.filename for file in reply.attachments] == ["token_hidden_.txt"]
    assert reply.attachments[0].content == b"discord.gg/abc [link hidden] [token hidden]\n"


async def test_output_is_not_shown_live(bot: Bot, executor: FakeExecutor) -> None:
    manager = await open_panel(bot)
    await manager.go("Output")
    await manager.choose("Files", "Files", "Links")
    executor.is_holding = True
    asked = await bot.ask()
    run = await executor.started()
    run.emit(StageStarted("run"))
    run.emit(Output(Stream.STDOUT, b"progress\n"))
    placeholder = await bot.standin.wait_for_reply(asked)
    assert is_placeholder(placeholder)
    assert "Stop" in controls_of(placeholder)
    await asyncio.sleep(0.2)
    assert "progress" not in str(placeholder.embeds)
    run.finish(executor.answer(run.job))
    await bot.standin.wait_for_edit(placeholder, lambda m: not is_placeholder(m))


async def test_code_that_names_no_language_is_in_the_usual_one(
    bot: Bot, executor: FakeExecutor
) -> None:
    manager = await open_panel(bot)
    await manager.go("Members\u2019 experience")
    await manager.fill("Usual language", default="py")
    assert "**Usual language** • `python`" in manager.text
    reply = await bot.answer_to("```\nwhatever\n```")
    assert executor.jobs[-1].language == "python"
    assert "so I took python" in description(reply)
    assert choices_of(reply)["python"]


async def test_an_unknown_usual_language_is_refused_with_a_near_one(bot: Bot) -> None:
    manager = await open_panel(bot)
    await manager.go("Members\u2019 experience")
    window = await manager.window("Usual language")
    sent = await manager.submit(window, default="pyhton")
    refused = await bot.standin.wait_for_response(sent)
    assert refused.is_ephemeral
    assert "Did you mean `python`?" in description(refused)
    assert "none: I look at the code" in manager.text


async def test_the_servers_welcome_stands_above_the_help(bot: Bot) -> None:
    manager = await open_panel(bot)
    await manager.go("Members\u2019 experience")
    await manager.fill("Welcome message", welcome="Be kind.\nPrograms in #bots, @everyone.")
    used = await bot.standin.slash(bot.cleo, bot.code, "help")
    helped = await bot.standin.wait_for_response(used)
    assert description(helped).startswith("Be kind.\nPrograms in #bots")
    asked = await bot.standin.say(bot.code, bot.cleo, bot.standin.mention)
    assert description(await bot.standin.wait_for_reply(asked)).startswith("Be kind.")
    await manager.click("Post it here")
    posted = await bot.standin.wait_for_message(
        lambda m: m.reply_to is None and m.interaction is None, after=asked
    )
    assert description(posted) == description(helped)
    assert posted.pinged == frozenset()


async def test_a_welcome_that_is_cleared_is_shown_no_more(bot: Bot) -> None:
    manager = await open_panel(bot)
    await manager.go("Members\u2019 experience")
    await manager.fill("Welcome message", welcome="Be kind.")
    assert "**Welcome message** • Be kind." in manager.text
    await manager.fill("Welcome message", welcome="  \n ")
    assert "**Welcome message** • not set" in manager.text
    helped = await bot.standin.wait_for_response(
        await bot.standin.slash(bot.cleo, bot.code, "help")
    )
    assert description(helped).startswith("Mention me")
    before = await bot.standin.say(bot.code, bot.cleo, "before")
    await manager.click("Post it here")
    posted = await bot.standin.wait_for_message(lambda m: m.interaction is None, after=before)
    assert posted.channel is bot.code
    assert description(posted).startswith("Mention me")


async def test_a_welcome_posted_without_embeds_pings_nobody(bot: Bot, standin: StandIn) -> None:
    manager = await open_panel(bot)
    await manager.go("Members\u2019 experience")
    everybody = f"@everyone @here <@{bot.cleo.id}> Be kind."
    await manager.fill("Welcome message", welcome=everybody)
    standin.faults.refuse(Permission.EMBED_LINKS, bot.code)
    asked = await bot.standin.say(bot.code, bot.cleo, "before")
    await manager.click("Post it here")
    posted = await bot.standin.wait_for_message(lambda m: m.interaction is None, after=asked)
    assert (posted.embeds, posted.pinged) == ([], frozenset())
    assert "Be kind." in posted.content


@pytest.mark.parametrize("is_on", [True, False], ids=["on", "off"])
async def test_direct_messages_in_place_of_answers_are_the_servers_choice(
    bot: Bot, standin: StandIn, caplog: pytest.LogCaptureFixture, is_on: bool
) -> None:
    if not is_on:
        manager = await open_panel(bot)
        await manager.go("Members\u2019 experience")
        await manager.choose("Direct messages")
        assert "**Direct messages** • off" in manager.text
    standin.faults.refuse(Permission.SEND_MESSAGES, bot.code)
    asked = await bot.ask()
    if is_on:
        assert (await standin.wait_for_message(after=asked)).channel.is_dm
    else:
        await eventually(lambda: "may not answer it anywhere" in caplog.text)
        assert not standin.dm(bot.ben).messages


async def test_more_languages_than_a_menu_holds_come_in_parts(standin: StandIn) -> None:
    runtimes = [Runtime(name=f"lang{n:02}", version="1", extensions=()) for n in range(60)]
    executor = FakeExecutor(runtimes=runtimes)
    async with running_bot(standin, executor, MemoryStore()) as bot:
        manager = await open_panel(bot)
        assert "Menu 1 of 3: lang00 to lang24" in manager.text
        await manager.choose("lang03", "lang03")
        await manager.press("▶")
        await manager.choose("lang30", "lang30", "lang31")
        await manager.press("▶")
        assert "Menu 3 of 3: lang50 to lang59" in manager.text
        await manager.press("◀")
        await manager.choose("lang30", "lang31")
        assert "**Everywhere** • only lang03, lang31" in manager.text
    await executor.close()


async def test_autocomplete_offers_what_may_run_there(bot: Bot) -> None:
    await import_file(bot, "languages: {everywhere: {only: [python, bash]}}")
    found = await bot.standin.autocomplete(
        bot.cleo, bot.code, "run", {"language": ""}, focused="language"
    )
    assert {one["value"] for one in found} == {"python", "bash"}
    used = await bot.standin.slash(bot.cleo, bot.code, "languages")
    listed = description(await bot.standin.wait_for_response(used))
    assert "**bash**" in listed
    assert "javascript" not in listed


async def test_a_thread_follows_its_channel(bot: Bot, standin: StandIn) -> None:
    await import_file(bot, f"languages: {{channels: {{{bot.code.id}: {{only: [c]}}}}}}")
    thread = await standin.open_thread(bot.code, "help")
    asked = await standin.say(thread, bot.cleo, f"{standin.mention} {HI}")
    assert "python is switched off here" in description(await standin.wait_for_reply(asked))


async def test_what_is_offered_and_shown_as_an_example_may_be_used_there(bot: Bot) -> None:
    await import_file(bot, "languages: {everywhere: {only: [bash, c]}}")
    refused = await bot.answer_to("no code at all")
    assert "\\`\\`\\`bash\necho hi" in description(refused)
    guessed = await bot.answer_to("```\necho 1\nfi\n```")
    assert choices_of(guessed) == {"bash": True, "c": False}
