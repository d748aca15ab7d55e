"""Programs that fail in a real sandbox, and the help that stands in the answer."""

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from executor import Executor
from executor.config import load_config
from executor.factory import open_executor
from tests.discord.bot_client import Bot

pytestmark = pytest.mark.sandbox

JAVA = "class A {{ public static void main(String[] a) throws Exception {{ {} }} }}"


@pytest.fixture
async def executor(
    tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncGenerator[Executor, None]:
    language = request.node.callspec.params["language"]
    config = load_config(environ={**os.environ, "CODECAGE_DATA_DIR": str(tmp_path)}).executor
    async with open_executor(config, languages={language}) as executor:
        if not executor.runtimes():
            pytest.skip(f"{language} is not installed here")
        yield executor


@pytest.mark.parametrize(
    ("language", "program", "words"),
    [
        pytest.param("python", "int(input())", "press **Add input**", id="python-input"),
        pytest.param("java", JAVA.format("new java.util.Scanner(System.in).nextInt();"), "press **Add input**", id="java-input"),
        pytest.param("c", "int f(void) { return 1; }", "no `main`", id="c-main"),
        pytest.param("java", "class A { }", "no `main`", id="java-main"),
        pytest.param("python", "import no_such_module", "`no_such_module` is not installed", id="python-module"),
        pytest.param("javascript", "require('no-such-module')", "`no-such-module` is not installed", id="node-module"),
        pytest.param("c", "#include <no_such.h>\nint main() { }", "no file `no_such.h`", id="c-header"),
        pytest.param("perl", "use No::Such;", "`No/Such.pm` is not installed", id="perl-module"),
        pytest.param("bash", "no_such_command", "no command `no_such_command`", id="bash-command"),
        pytest.param("python", "def f(): f()\nf()", "called itself", id="python-recursion"),
        pytest.param("java", "static void f() { f(); }\nf();", "called itself", id="java-recursion"),
        pytest.param("javascript", "function f() { f() }\nf()", "called itself", id="node-recursion"),
        pytest.param("python", "import urllib.request\nurllib.request.urlopen('http://example.com')", "no network", id="python-network"),
        pytest.param("c", 'printf("hi\\n");\nint *p = 0;\n*p = 1;', "`fflush(stdout);`", id="c-buffer"),
    ],
)  # fmt: skip
async def test_a_failure_with_a_known_cause_comes_with_help(
    bot: Bot, language: str, program: str, words: str
) -> None:
    reply = await bot.answer_to(f"```{language}\n{program}\n```")
    assert words in reply.embeds[0]["description"]
