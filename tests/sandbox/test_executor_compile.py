"""The compile step in the real sandbox: its result, its cache, and sources that attack the compiler."""

import signal
import stat
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from executor import Executor, Output, SourceFile, StageFinished, StageStarted, Status
from executor.local import LocalExecutor
from executor.models import LimitsRequest
from tests.sandbox.jobs import CRAFTED, events_of, job, opened, run, until_output

pytestmark = pytest.mark.sandbox

WARNS = '#include <stdio.h>\n#warning mind the gap\nint main(void) { puts("ran"); return 0; }'
LITTLE = LimitsRequest(cpu_seconds=0.5, memory_bytes=96 << 20)
INCLUDES_ITSELF = "#if __INCLUDE_LEVEL__ < 60\n#include __FILE__\n#include __FILE__\n#endif\n"
EMBEDS = """
#include <stdio.h>
extern char first[], last[];
__asm__(".data\\n.global first\\nfirst: .incbin \\"%s\\"\\n.global last\\nlast:\\n.text");
int main(void) { fwrite(first, 1, last - first, stdout); return 0; }
"""
TEMPLATES = """
template <int N, long M> struct A { static const int v = A<N + 1, 2 * M>::v + A<N + 1, 2 * M + 1>::v; };
template <long M> struct A<60, M> { static const int v = 1; };
int main() { return A<0, 0>::v; }
"""
MACROS = (
    "".join(f"#define m{n + 1} {f'm{n} ' * 10}\n" for n in range(12))
    + "#define m0 ;\nvoid f(void) { m12 }\n"
)


@pytest.fixture
async def executor(tmp_path: Path) -> AsyncGenerator[LocalExecutor, None]:
    async with opened(tmp_path, languages=("c", "c++", "python")) as executor:
        yield executor


@pytest.fixture
async def crafting(tmp_path: Path) -> AsyncGenerator[LocalExecutor, None]:
    """An executor for a language whose compile step is the job's own shell script."""
    languages = tmp_path / "languages"
    languages.mkdir()
    (languages / "crafted.yaml").write_text(CRAFTED)
    async with opened(tmp_path, languages=("crafted",), languages_dir=languages) as executor:
        yield executor


async def test_a_program_that_does_not_compile_is_never_run(executor: Executor) -> None:
    events = await events_of(await executor.start(job("int main(void) { return x; }", "c")))

    assert [event.name for event in events if isinstance(event, StageStarted)] == ["compile"]
    (step,) = [event.step for event in events if isinstance(event, StageFinished)]
    assert (step.name, step.status, step.exit_code) == ("compile", Status.COMPILE_ERROR, 1)
    assert b"undeclared" in step.stderr
    assert b"main.c:1" in step.stderr


async def test_the_same_program_is_compiled_once_and_warns_every_time(executor: Executor) -> None:
    first = await run(executor, job(WARNS, "c", stdin=b"1"))
    events = await events_of(running := await executor.start(job(WARNS, "c", stdin=b"2")))
    second = await running.result()

    assert (first.cached, second.cached) == (False, True)
    assert [step.name for step in second.steps] == ["compile", "run"]
    assert b"mind the gap" in second.steps[0].stderr
    assert second.steps[0].stderr == first.steps[0].stderr
    assert second.steps[1].stdout == b"ran\n"
    # Nothing was started for the compile step: it is only told how it went.
    assert [event.name for event in events if isinstance(event, StageStarted)] == ["run"]
    assert [event.data for event in events if isinstance(event, Output)] == [b"ran\n"]


async def test_another_file_or_a_failure_is_not_answered_from_the_cache(executor: Executor) -> None:
    source = (
        '#include "value.h"\n#include <stdio.h>\nint main(void) { printf("%d", VALUE); return 0; }'
    )

    def header(text: str) -> SourceFile:
        return SourceFile(path="value.h", content=text.encode())

    results = [
        await run(executor, job(source, "c", header(text)))
        for text in ("#define VALUE 1", "#define VALUE 2", "#define VALUE 1", "oops", "oops")
    ]

    assert [result.cached for result in results] == [False, False, True, False, False]
    assert [result.steps[-1].stdout for result in results[:3]] == [b"1", b"2", b"1"]


@pytest.mark.parametrize(
    ("language", "source", "expected", "limits"),
    [
        pytest.param("c", '#include "/dev/zero"', Status.MEMORY_LIMIT, LITTLE, id="endless-file"),
        pytest.param("c", '#include "/dev/random"', None, LITTLE, id="endless-noise"),
        pytest.param("c", INCLUDES_ITSELF, Status.CPU_LIMIT, LITTLE, id="includes-itself"),
        pytest.param(
            "c",
            INCLUDES_ITSELF + "int main(void) {}",
            Status.OUTPUT_LIMIT,
            LimitsRequest(),
            id="endless-errors",
        ),
        pytest.param("c", MACROS, Status.MEMORY_LIMIT, LITTLE, id="macro-bomb"),
        pytest.param("c++", TEMPLATES, None, LITTLE, id="template-bomb"),
        pytest.param(
            "c++",
            "template <int N> struct A { static const int v = A<N + 1>::v; };\nint x = A<0>::v;",
            Status.COMPILE_ERROR,
            LITTLE,
            id="template-recursion",
        ),
        pytest.param(
            "c++",
            "constexpr long f(long n) { long s = 0; while (n) s += n--; return s; }\n"
            "static_assert(f(1L << 60) > 0);",
            None,
            LITTLE,
            id="constexpr-loop",
        ),
        pytest.param("c", EMBEDS % "/dev/zero", Status.COMPILE_ERROR, LITTLE, id="embeds-a-device"),
        pytest.param(
            "c",
            '__asm__(".space 3000000000"); int main(void) { return 0; }',
            None,
            LITTLE,
            id="huge-object",
        ),
    ],
)
async def test_a_source_that_attacks_the_compiler_ends_with_a_verdict(
    executor: Executor,
    *,
    language: str,
    source: str,
    expected: Status | None,  # None: which limit it meets first depends on the machine
    limits: LimitsRequest,
) -> None:
    result = await run(executor, job(source, language, compile_limits=limits))

    (step,) = result.steps
    assert step.name == "compile"
    assert step.status not in {Status.OK, Status.INTERNAL_ERROR, Status.CANCELLED}
    assert expected in {None, step.status}
    assert (await run(executor, job("print('normal')"))).steps[-1].stdout == b"normal\n"


async def test_a_compiler_reads_the_sandbox_own_files_only(executor: Executor) -> None:
    own = await run(executor, job(EMBEDS % "/etc/passwd", "c"))
    outside = [
        await run(executor, job(source, "c"))
        for source in (
            EMBEDS % "/etc/shadow",
            '#include "/etc/shadow"',
            '#include "../../../../root/.bashrc"',
            f'#include "{__file__}"',
            '#include "/proc/1/environ"',
            '#include "/proc/1/maps"',
        )
    ]

    assert own.steps[-1].stdout.startswith(b"root:x:0:0::/:/bin/sh\nmember:x:")
    assert own.steps[-1].stdout != Path("/etc/passwd").read_bytes()  # noqa: ASYNC240
    assert {result.status for result in outside} == {Status.COMPILE_ERROR}
    refusals = (b"No such file", b"Permission denied", b"file not found")
    for result in outside:
        assert any(refusal in result.steps[-1].stderr for refusal in refusals)


async def test_of_a_build_only_plain_files_reach_the_program(crafting: Executor) -> None:
    build = """
ln -s /etc/passwd link; ln -s / folder; ln -s main hard; mkfifo fifo; mknod device c 1 3
mkdir made; echo kept > made/file
printf '#!/bin/sh\\ncd /box; find . -type l -o -type p; ls -A . made; cat made/file\\n' > main
chmod 6755 main
"""
    result = await run(crafting, job(build, "crafted"))

    compiled, ran = result.steps
    assert (compiled.status, ran.status) == (Status.OK, Status.OK)
    assert ran.stdout == b".:\nbuild.sh\nmade\nmain\n\nmade:\nfile\nkept\n"


async def test_a_program_built_setuid_gains_nothing(crafting: Executor) -> None:
    build = "printf '#!/bin/sh\\nstat -c %%a main; id -u\\n' > main; chmod 6755 main"

    step = (await run(crafting, job(build, "crafted"))).steps[-1]

    mode, uid = step.stdout.split()
    assert int(mode, 8) & (stat.S_ISUID | stat.S_ISGID) == 0
    assert int(uid) > 0


async def test_a_build_that_is_too_large_is_said_to_be(crafting: Executor) -> None:
    build = "for n in 1 2 3; do head -c 30000000 /dev/zero > part$n; done; echo 'echo never' > main"

    (step,) = (await run(crafting, job(build, "crafted"))).steps

    assert (step.name, step.status) == ("compile", Status.DISK_LIMIT)
    assert "some files were left out: together they are larger than allowed" in step.notes


async def test_a_signal_does_not_reach_the_compiler(crafting: Executor) -> None:
    build = """
trap 'echo hit; exit 1' INT TERM USR1
echo on; sleep 1
printf '#!/bin/sh\\necho whole\\n' > main; chmod +x main
"""
    running = await crafting.start(job(build, "crafted"))
    await until_output(running, b"on\n")

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGKILL):
        await running.signal(number)

    compiled, ran = (await running.result()).steps
    assert (compiled.status, compiled.stdout) == (Status.OK, b"on\n")
    assert ran.stdout == b"whole\n"


async def test_what_a_build_made_unreadable_is_built_all_the_same(crafting: Executor) -> None:
    build = """
mkdir lib; echo kept > lib/file; chmod 0 lib/file lib
printf '#!/bin/sh\\ncat lib/file\\n' > main; chmod 0111 main; chmod 0 .
"""
    compiled, ran = (await run(crafting, job(build, "crafted"))).steps

    assert (compiled.status, compiled.notes) == (Status.OK, ())
    assert ran.stdout == b"kept\n"


async def test_a_build_without_a_program_ends_with_the_reason(crafting: Executor) -> None:
    compiled, ran = (await run(crafting, job("true", "crafted"))).steps

    assert compiled.status is Status.OK
    assert ran.status is Status.RUNTIME_ERROR
    assert ran.notes == ("the program could not be started: ./main: No such file or directory",)


async def test_what_a_compiler_leaves_running_is_gone_before_the_program_starts(
    crafting: Executor,
) -> None:
    build = """
(while :; do echo still here > /box/late; done) &
printf '#!/bin/sh\\nrm -f late; sleep 0.2; ls\\n' > main; chmod +x main
"""
    compiled, ran = (await run(crafting, job(build, "crafted"))).steps

    assert compiled.status is Status.OK
    assert ran.stdout == b"build.sh\nmain\n"


async def test_a_build_may_replace_the_source(crafting: Executor) -> None:
    build = "printf '#!/bin/sh\\ncat build.sh\\n' > main; chmod +x main; echo replaced > build.sh"

    assert (await run(crafting, job(build, "crafted"))).steps[-1].stdout == b"replaced\n"
