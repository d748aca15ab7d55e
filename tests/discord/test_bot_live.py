"""What is shown while a program is compiled or runs."""

from bot.demo import StandIn
from executor import Output, StageStarted, Stream
from tests.discord.bot_client import Bot
from tests.fakes import FakeExecutor

SNIPPET = '```c\nint x = 1;\n\nx = "a" + y;\n```'


async def test_a_compiler_names_the_members_own_lines_while_it_works(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    asked = await bot.ask(SNIPPET)
    run = await executor.started()
    program = run.job.files[0].content.decode().split("\n")
    line = program.index('x = "a" + y;') + 1
    assert line > 3
    run.emit(StageStarted("compile"))
    message = f"main.c:{line}:11: error: 'y' undeclared\n {line:4} | x = ...\n".encode()
    for part in (message[:8], message[8:]):  # a number may come in two parts
        run.emit(Output(Stream.STDERR, part))
    reply = await standin.wait_for_reply(asked)
    await standin.wait_for_edit(reply, lambda m: "y' undeclared" in m.embeds[0]["description"])
    assert "main.c:3:11: error" in reply.embeds[0]["description"]
    assert "    3 | x = " in reply.embeds[0]["description"]


async def test_what_the_compiler_said_makes_room_for_the_program(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    asked = await bot.ask("```c\nint main() { puts(argv[0]); }\n```")
    run = await executor.started()
    run.emit(StageStarted("compile"))
    run.emit(Output(Stream.STDERR, b"main.c:1:5: warning: careful\n"))
    reply = await standin.wait_for_reply(asked)
    await standin.wait_for_edit(reply, lambda m: "careful" in m.embeds[0]["description"])
    run.emit(StageStarted("run"))
    run.emit(Output(Stream.STDOUT, b"main.c:9: what a program prints stays\n"))
    await standin.wait_for_edit(reply, lambda m: "main.c:9" in m.embeds[0]["description"])
    assert "careful" not in reply.embeds[0]["description"]
