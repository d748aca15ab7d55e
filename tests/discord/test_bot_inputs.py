"""How programs reach the bot: attachments, answers to messages, menus, direct messages."""

import pytest

from bot.demo import Message, Permission, StandIn, Upload
from tests.discord.bot_client import HI, Bot, running_bot
from tests.discord.controls import controls_of
from tests.fakes import FakeExecutor
from tests.results import result, step

CODE = b'print("hi")'
MESSAGE_CONTENT = 1 << 15


async def reply_to(bot: Bot, asked: Message) -> str:
    reply = await bot.standin.wait_for_reply(asked)
    description: str = reply.embeds[0]["description"]
    return description


async def say(bot: Bot, text: str, *files: Upload, reply_to: Message | None = None) -> Message:
    text = f"{bot.standin.mention} {text}"
    return await bot.standin.say(bot.code, bot.ben, text, attachments=files, reply_to=reply_to)


@pytest.mark.parametrize(
    ("text", "name", "content"),
    [
        pytest.param("", "hello.py", CODE, id="extension"),
        pytest.param("py", "message.txt", CODE, id="pasted"),
        pytest.param("py 3.13", "message.txt", b"\xef\xbb\xbf" + CODE, id="byte-order-mark"),
        pytest.param("", "message.txt", CODE, id="pasted-and-guessed"),
        pytest.param("", "message.txt", b"see\n```py\n" + CODE + b"\n```\n", id="pasted-block"),
        pytest.param("py", "code.txt", 'print("hi")'.encode("utf-16"), id="utf-16"),
    ],
)
async def test_an_attached_program_runs(bot: Bot, text: str, name: str, content: bytes) -> None:
    asked = await say(bot, text, Upload(filename=name, content=content, content_type=""))
    assert (await reply_to(bot, asked)).endswith("```\nhi\n```")


async def test_several_files_lie_beside_the_program(bot: Bot, executor: FakeExecutor) -> None:
    asked = await say(
        bot,
        "py\none",
        Upload(filename="data.bin", content=b"\0\xff"),
        Upload(filename="main.py", content=CODE),
        Upload(filename="stdin.txt", content=b"5"),
    )
    await reply_to(bot, asked)
    (job,) = executor.jobs
    assert [(f.path, f.content) for f in job.files] == [("main.py", CODE), ("data.bin", b"\0\xff")]
    assert (job.stdin, job.args) == (b"5", ("one",))


async def test_a_block_and_a_file_run_together(bot: Bot, executor: FakeExecutor) -> None:
    await reply_to(bot, await say(bot, HI, Upload(filename="data.csv", content=b"1,2")))
    assert [file.path for file in executor.jobs[0].files] == ["main.py", "data.csv"]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        pytest.param(Upload(filename="a.py", content=b"\x7fELF\0\0"), "is not text", id="binary"),
        pytest.param(
            Upload(filename="a.py", content=b"x = '\xe9'"), "not encoded in UTF-8", id="8"
        ),
        pytest.param(Upload(filename="a.py", content=b" \n"), "is empty", id="empty"),
        pytest.param(
            Upload(filename="a.py", content=b"#" * (1024 * 1024 + 1)), "1 MiB at most", id="large"
        ),
        pytest.param(Upload(filename="a.txt", content=b"1 2"), "which language", id="unknown"),
    ],
)
async def test_a_file_that_cannot_run_gets_one_sentence(
    bot: Bot, executor: FakeExecutor, file: Upload, words: str
) -> None:
    assert words in await reply_to(bot, await say(bot, "", file))
    assert executor.jobs == []


async def test_a_file_that_is_gone_is_told(bot: Bot, standin: StandIn) -> None:
    asked = await say(bot, "", Upload(filename="a.py", content=CODE))
    standin.world.attachments.clear()
    assert "attach it once more" in await reply_to(bot, asked)


async def test_answering_a_message_runs_its_block_without_its_prose(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    other = await standin.say(bot.code, bot.cleo, f"why does this\n{HI}\nnot work?")
    assert "hi" in await reply_to(bot, await say(bot, "py 3.9\na b", reply_to=other))
    (job,) = executor.jobs
    assert (job.language, job.version, job.args) == ("python", "3.9.2", ("a b",))
    assert job.stdin == b""


async def test_answering_a_message_runs_its_file(bot: Bot, standin: StandIn) -> None:
    file = Upload(filename="a.py", content=CODE)
    other = await standin.say(bot.code, bot.cleo, "look", attachments=[file])
    assert "hi" in await reply_to(bot, await say(bot, "", reply_to=other))


async def test_a_quoted_message_that_discord_did_not_send_is_fetched(
    bot: Bot, standin: StandIn
) -> None:
    other = await standin.say(bot.code, bot.cleo, HI)
    asked = await standin.say(
        bot.code, bot.ben, standin.mention, reply_to=other, sends_quoted=False
    )
    assert "hi" in await reply_to(bot, asked)
    assert len(standin.transcript.matching("GET", f"/messages/{other.id}")) == 1


@pytest.mark.parametrize(("status", "words"), [(404, "is gone"), (403, "Apps > Run code")])
async def test_a_quoted_message_that_cannot_be_fetched_is_told(
    bot: Bot, standin: StandIn, status: int, words: str
) -> None:
    other = await standin.say(bot.code, bot.cleo, HI)
    standin.faults.fail_next("GET", "/channels/*/messages/*", status=status)
    asked = await standin.say(
        bot.code, bot.ben, standin.mention, reply_to=other, sends_quoted=False
    )
    assert words in await reply_to(bot, asked)


async def test_an_answer_with_a_block_of_its_own_runs_that(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    other = await standin.say(bot.code, bot.cleo, '```js\nconsole.log("no")\n```')
    assert "hi" in await reply_to(bot, await say(bot, HI, reply_to=other))
    assert executor.jobs[0].language == "python"


async def test_answering_a_message_without_code_is_told(bot: Bot, standin: StandIn) -> None:
    other = await standin.say(bot.code, bot.cleo, "good morning")
    description = await reply_to(bot, await say(bot, "", reply_to=other))
    assert "no code block and no file in that message" in description
    assert 'print("hi")' in description


async def test_a_bare_mention_in_answer_to_the_bot_gets_help(bot: Bot) -> None:
    reply = await bot.answer_to(HI)
    asked = await say(bot, "", reply_to=reply)
    answer = await bot.standin.wait_for_reply(asked)
    assert "How to run a program" in answer.embeds[0]["title"]


async def test_a_message_that_discord_hides_names_the_menu() -> None:
    async with (
        StandIn(disallowed_intents=MESSAGE_CONTENT) as standin,
        running_bot(standin, FakeExecutor()) as bot,
    ):
        other = await standin.say(bot.code, bot.cleo, HI)
        assert "Apps > Run code" in await reply_to(bot, await say(bot, "", reply_to=other))


async def test_a_quoted_message_that_is_gone_is_told(bot: Bot, standin: StandIn) -> None:
    other = await standin.say(bot.code, bot.cleo, HI)
    await standin.delete(other)
    assert "is gone" in await reply_to(bot, await say(bot, "", reply_to=other))


async def test_the_menu_runs_anybody_s_message_without_an_intent() -> None:
    async with (
        StandIn(disallowed_intents=MESSAGE_CONTENT) as standin,
        running_bot(standin, FakeExecutor()) as bot,
    ):
        other = await standin.say(bot.code, bot.cleo, f"see\n{HI}\nthere")
        used = await standin.context_menu(bot.ben, other, "Run code")
        reply = await standin.wait_for_response(used)
        assert reply.embeds[0]["description"] == "```\nhi\n```"


async def test_the_menu_runs_a_file(bot: Bot, standin: StandIn) -> None:
    file = Upload(filename="a.py", content=CODE)
    other = await standin.say(bot.code, bot.cleo, "look", attachments=[file])
    reply = await standin.wait_for_response(await standin.context_menu(bot.ben, other, "Run code"))
    assert "hi" in reply.embeds[0]["description"]


async def test_the_menu_on_a_message_without_code_says_so_privately(
    bot: Bot, standin: StandIn
) -> None:
    other = await standin.say(bot.code, bot.cleo, "good morning")
    reply = await standin.wait_for_response(await standin.context_menu(bot.ben, other, "Run code"))
    assert "Edit & run" in reply.embeds[0]["description"]
    assert reply.is_ephemeral


async def test_edit_and_run_opens_the_program_in_an_editor(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    other = await standin.say(bot.code, bot.cleo, '```py\nprint("old")\n```')
    used = await standin.context_menu(bot.ben, other, "Edit & run")
    modal = await standin.wait_for_modal(used)
    filled = {c["component"]["custom_id"]: c["component"].get("value") for c in modal.components}
    assert filled == {"language": "py", "code": 'print("old")', "stdin": None, "args": None}
    submitted = await standin.submit_modal(bot.ben, modal, {"code": 'print("new")', "stdin": "1"})
    reply = await standin.wait_for_response(submitted)
    assert reply.embeds[0]["description"] == "```\nnew\n```"
    assert executor.jobs[0].stdin == b"1\n"


async def test_edit_and_run_takes_any_text(bot: Bot, standin: StandIn) -> None:
    other = await standin.say(bot.code, bot.cleo, 'print("bare")')
    used = await standin.context_menu(bot.ben, other, "Edit & run")
    modal = await standin.wait_for_modal(used)
    submitted = await standin.submit_modal(bot.ben, modal, {"language": "py"})
    reply = await standin.wait_for_response(submitted)
    assert reply.embeds[0]["description"] == "```\nbare\n```"


async def test_everything_works_in_direct_messages(bot: Bot, standin: StandIn) -> None:
    dm = standin.dm(bot.ben)
    file = Upload(filename="a.py", content=CODE)
    asked = await standin.say(dm, bot.ben, "", attachments=[file])
    reply = await standin.wait_for_reply(asked)
    assert "hi" in reply.embeds[0]["description"]
    used = await standin.context_menu(bot.ben, asked, "Run code")
    assert "hi" in (await standin.wait_for_response(used)).embeds[0]["description"]
    pressed = await standin.click(bot.ben, reply, controls_of(reply)["Run again"])
    await standin.wait_for_ack(pressed)
    await standin.wait_for_edit(reply, lambda m: m.revisions > 0)


async def test_commands_say_where_they_can_be_installed_and_used(
    bot: Bot, standin: StandIn
) -> None:
    await standin.wait_for_response(await standin.slash(bot.ben, bot.code, "help"))
    registered = {command["name"]: command for command in standin.commands.listed(None)}
    members = {"run", "help", "languages", "privacy", "Run code", "Edit & run"}
    servers = {"settings", "moderate", "runs"}
    assert registered.keys() == members | servers | {"owner"}
    for name in members:
        assert registered[name]["integration_types"] == [0, 1]
        assert registered[name]["contexts"] == [0, 1, 2]
    for name in servers:
        assert registered[name]["integration_types"] == [0]
        assert registered[name]["dm_permission"] is False
        assert registered[name]["default_member_permissions"] is not None
    assert registered["owner"]["integration_types"] == [0]
    assert registered["owner"]["contexts"] == [0, 1]


async def test_a_typo_is_one_tap_from_running(bot: Bot, standin: StandIn) -> None:
    reply = await bot.answer_to('```pyhton\nprint("hi")\n```')
    assert controls_of(reply).keys() == {"Run as python", "Edit", "Delete"}
    await standin.click(bot.ben, reply, controls_of(reply)["Run as python"])
    await standin.wait_for_edit(reply, lambda m: "Finished" in m.embeds[0]["title"])
    assert reply.embeds[0]["description"] == "```\nhi\n```"


async def test_a_missing_language_is_one_choice_from_running(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    reply = await bot.answer_to("```\n1 2\n```")
    menu = controls_of(reply)["Choose the language"]
    await standin.select(bot.ben, reply, menu, ["bash"])
    await standin.wait_for_edit(reply, lambda m: "Finished" in m.embeds[0]["title"])
    assert executor.jobs[0].language == "bash"
    assert executor.jobs[0].files[0].path == "main.sh"


async def test_without_the_right_to_attach_a_button_shows_the_output_privately(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    output = "".join(f'print("{"x" * 90}{n}")\n' for n in range(18))
    standin.faults.refuse(Permission.ATTACH_FILES, bot.code)
    executor.answer = lambda job: result(step(output.encode() * 20), job_id=job.id)
    reply = await bot.answer_to(HI)
    assert reply.attachments == []
    pressed = await standin.click(bot.ben, reply, controls_of(reply)["Full output"])
    shown = await standin.wait_for_response(pressed)
    assert shown.is_ephemeral
    assert [file.content for file in shown.attachments] == [output.encode() * 20]
