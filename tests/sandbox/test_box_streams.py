"""What goes into a program and what comes out of it."""

import asyncio
import hashlib
import json
from dataclasses import replace

import pytest

from executor.models import SourceFile, Stream
from executor.sandbox.spec import Kind, Program
from tests.sandbox.conftest import ENV, LIMITS, Cage, printed, python, shell

pytestmark = pytest.mark.sandbox

MOST_BYTES = 16 << 20


@pytest.mark.parametrize("kind", Kind)
async def test_the_program_has_three_descriptors_and_its_environment(
    cage: Cage, kind: Kind
) -> None:
    env = {**ENV, "ODD": "a=b c\td'\"", "EMPTY": "", "UTF": "é"}
    source = """
import json, os
def is_open(number):
    try: return bool(os.fstat(number))
    except OSError: return False
print(json.dumps([[n for n in range(4096) if is_open(n)], dict(os.environ)]))
"""
    descriptors, environment = json.loads(printed(await cage.run(python(source, env=env), kind)))
    assert descriptors == [0, 1, 2]
    assert environment == env


async def test_a_shell_gets_nothing_else_either(cage: Cage) -> None:
    outcome = await cage.run(Program(argv=("/usr/bin/env",), env={"A": "1", "B": "2"}))
    assert printed(outcome) == "A=1\nB=2\n"
    outcome = await cage.run(Program(argv=("/bin/ls", "/proc/self/fd"), env=ENV))
    assert printed(outcome).split() == ["0", "1", "2", "3"]  # the last one is ls reading


async def test_arguments_arrive_unchanged(cage: Cage) -> None:
    arguments = ("", "a b", "é", "-x", "\\", "'\"", "\n", "*", "$HOME")
    source = "import json, sys; print(json.dumps(sys.argv[1:]))"
    for kind in Kind:
        outcome = await cage.run(python(source, args=arguments), kind)
        assert tuple(json.loads(printed(outcome))) == arguments


@pytest.mark.parametrize("kind", Kind)
async def test_files_arrive_byte_for_byte_with_their_mode(cage: Cage, kind: Kind) -> None:
    files = [
        SourceFile(path="empty", content=b""),
        SourceFile(path="all", content=bytes(range(256)) * 4096),
        SourceFile(path="deep/er/script.sh", content=b"#!/bin/sh\necho runs\n", executable=True),
        SourceFile(path="é à\n.txt", content=b"odd name"),
        SourceFile(path="-rf", content=b"odder name"),
    ]
    source = """
import hashlib, json, os, subprocess
seen = {}
for folder, _, names in os.walk("."):
    for name in names:
        path = os.path.join(folder, name)[2:]
        with open(path, "rb") as file:
            seen[path] = [hashlib.sha256(file.read()).hexdigest(), oct(os.stat(path).st_mode)]
print(json.dumps([seen, subprocess.check_output("deep/er/script.sh").decode(), os.getcwd()]))
"""
    program = python(source, *files)
    seen, ran, folder = json.loads(printed(await cage.run(program, kind)))
    assert seen == {
        file.path: [
            hashlib.sha256(file.content).hexdigest(),
            oct(0o100755 if file.executable else 0o100644),
        ]
        for file in program.files
    }
    assert (ran, folder) == ("runs\n", "/box")


async def test_input_is_read_to_its_end(cage: Cage) -> None:
    data = bytes(range(256)) * 4096
    source = "import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())"
    for kind in Kind:
        outcome = await cage.run(replace(python(source), stdin=data), kind)
        assert printed(outcome).strip() == hashlib.sha256(data).hexdigest()


async def test_without_input_there_is_its_end(cage: Cage) -> None:
    assert printed(await cage.run(shell("cat; echo end"))) == "end\n"


@pytest.mark.parametrize("kind", Kind)
async def test_input_that_nobody_reads_hinders_nothing(cage: Cage, kind: Kind) -> None:
    program = replace(python("print('done')"), stdin=b"x" * MOST_BYTES)
    async with asyncio.timeout(30):
        outcome = await cage.run(program, kind)
    assert (outcome.exit_code, printed(outcome)) == (0, "done\n")


@pytest.mark.parametrize("kind", Kind)
async def test_a_conversation_goes_back_and_forth(cage: Cage, kind: Kind) -> None:
    source = """
import sys
print("name?", flush=True)
for line in sys.stdin:
    print("hello", line.strip(), flush=True)
print("bye")
"""
    answers = [b"ann\n", b"bob\n", None]
    async with cage.box(kind) as box:

        def answer(_stream: Stream, _data: bytes) -> None:
            text = answers.pop(0)
            if text is None:
                box.close_stdin()
            else:
                box.queue_stdin(text)

        started: list[bool] = []
        program = replace(
            python(source),
            interactive=True,
            on_started=lambda: started.append(True),
            on_output=lambda stream, data: answer(stream, data) if answers else None,
        )
        outcome = await box.run(program, LIMITS)
    assert printed(outcome) == "name?\nhello ann\nhello bob\nbye\n"
    assert started == [True]


async def test_writing_waits_while_the_program_does_not_read(cage: Cage) -> None:
    async with cage.box() as box:
        program = replace(shell("read line; sleep 0.3; wc -c"), interactive=True)
        run = asyncio.get_running_loop().create_task(box.run(program, LIMITS))
        async with asyncio.timeout(30):
            await box.write_stdin(b"line\n" + b"x" * 1_000_000)
            box.close_stdin()
            assert printed(await run).strip() == "1000000"
            await box.write_stdin(b"too late")


PRINT_AND_EXIT = """
import os, sys
out = os.fork()
os.write(1 if out else 2, b"")
data = (b"%06d\\n" % n for n in range(64_000))
stream = sys.stdout.buffer if out else sys.stderr.buffer
for piece in data: stream.write(piece)
stream.flush()
if out: os.waitpid(out, 0)
os._exit(0)
"""


@pytest.mark.parametrize("kind", Kind)
async def test_output_is_complete_to_the_last_byte(cage: Cage, kind: Kind) -> None:
    outcome = await cage.run(python(PRINT_AND_EXIT), kind)
    expected = "".join(f"{n:06}\n" for n in range(64_000))
    assert printed(outcome, Stream.STDOUT) == expected
    assert printed(outcome, Stream.STDERR) == expected
    assert outcome.total_bytes == 2 * len(expected)
    assert not outcome.output_cut


async def test_output_is_handed_on_as_it_comes(cage: Cage) -> None:
    heard: list[tuple[Stream, bytes]] = []
    program = replace(
        shell("echo one; sleep 0.1; echo two >&2; sleep 0.1; echo three"),
        on_output=lambda stream, data: heard.append((stream, data)),
    )
    outcome = await cage.run(program)
    assert heard == [
        (Stream.STDOUT, b"one\n"),
        (Stream.STDERR, b"two\n"),
        (Stream.STDOUT, b"three\n"),
    ]
    assert [(chunk.stream, chunk.data) for chunk in outcome.output] == heard


async def test_output_at_the_limit_is_whole_and_one_byte_more_is_cut(cage: Cage) -> None:
    limits = replace(LIMITS, output_bytes=10_000)
    for size in (10_000, 10_001):
        outcome = await cage.run(python(f"print('x' * {size}, end='')"), limits=limits)
        assert len(printed(outcome)) == 10_000
        assert outcome.output_cut is (size > 10_000)


async def test_what_hears_of_output_never_hears_more_than_the_limit(cage: Cage) -> None:
    heard = bytearray()
    program = replace(shell("yes"), on_output=lambda _, data: heard.extend(data))
    outcome = await cage.run(program, limits=replace(LIMITS, output_bytes=100_001))
    assert (len(heard), outcome.output_cut) == (100_001, True)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("sleep 600 & echo done", id="child-holds-stdout"),
        pytest.param("(setsid sleep 600 &) ; echo done", id="daemon-holds-stdout"),
        pytest.param("exec 3>&1; sleep 600 >&3 2>&3 & echo done", id="child-holds-a-copy"),
    ],
)
async def test_what_outlives_the_program_does_not_delay_its_result(cage: Cage, source: str) -> None:
    async with asyncio.timeout(30):
        outcome = await cage.run(shell(source))
    assert (outcome.exit_code, printed(outcome)) == (0, "done\n")


async def test_closed_streams_do_not_end_a_program(cage: Cage) -> None:
    source = "import os, time\nfor n in range(3): os.close(n)\ntime.sleep(0.2)\nos._exit(4)"
    for kind in Kind:
        assert (await cage.run(python(source), kind)).exit_code == 4


async def test_a_program_may_read_its_own_output_end_as_a_file(cage: Cage) -> None:
    outcome = await cage.run(shell("echo a > /dev/stdout; echo b > /dev/fd/2; echo c > /dev/null"))
    assert (printed(outcome), printed(outcome, Stream.STDERR)) == ("a\n", "b\n")


async def test_a_program_by_its_bare_name_is_looked_up_on_its_path(cage: Cage) -> None:
    outcome = await cage.run(Program(argv=("python3", "-c", "print(1)"), env=ENV))
    assert printed(outcome) == "1\n"
