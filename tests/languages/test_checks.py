"""Every language that is installed here runs its own check program in the real sandbox."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from executor.catalog import Language
from executor.cli.languagejobs import run_checks
from executor.config import ExecutorConfig
from executor.factory import open_executor
from executor.models import Job, Result, SourceFile, Status
from executor.versions import load_catalog, packaged_languages, read_language_files

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(120)]

NAMES = [spec.name for spec in read_language_files(packaged_languages())]


@pytest.fixture
def config(tmp_path: Path) -> ExecutorConfig:
    return ExecutorConfig(data_dir=tmp_path)


async def installed(name: str) -> Sequence[Language]:
    catalog = await load_catalog(None, only={name})
    if not catalog.languages:
        pytest.skip(f"{name}: {catalog.missing[0].reason}")
    return catalog.languages


@pytest.mark.parametrize("name", NAMES)
async def test_a_language_proves_itself(config: ExecutorConfig, name: str) -> None:
    languages = await installed(name)
    async with open_executor(config, languages={name}, keep_ready=False) as executor:
        (checked,) = await run_checks(executor, languages, lambda _: None)
    assert checked.problem is None


@pytest.mark.parametrize(
    ("name", "sources", "printed"),
    [
        pytest.param(
            "python",
            {"main.py": "from lib.util import x\nprint(x)", "lib/util.py": "x = 7"},
            b"7\n",
            id="python-with-a-package",
        ),
        pytest.param(
            "c",
            {
                "main.c": '#include "add.h"\n#include <stdio.h>\nint main() { printf("%d\\n", add(3)); }',
                "add.c": "int add(int x) { return x + 4; }",
                "add.h": "int add(int);",
            },
            b"7\n",
            id="c-with-a-header",
        ),
        pytest.param(
            "java",
            {
                "Main.java": "public class App { public static void main(String[] a) "
                "{ System.out.println(Util.x()); } }",
                "Util.java": "class Util { static int x() { return 7; } }",
            },
            b"7\n",
            id="java-with-two-classes-and-a-wrong-name",
        ),
        pytest.param(
            "javascript",
            {
                "main.mjs": 'import { x } from "./util.mjs";\nconsole.log(x);',
                "util.mjs": "export const x = 7;",
            },
            b"7\n",
            id="javascript-modules",
        ),
    ],
)
async def test_several_files_make_one_program(
    config: ExecutorConfig, name: str, sources: dict[str, str], printed: bytes
) -> None:
    done = await run(config, name, sources)
    assert (done.status, done.steps[-1].stdout) == (Status.OK, printed)


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        pytest.param("c", "int main() { return x; }", b"main.c:1:", id="c"),
        pytest.param("c++", "int main() { return x; }", b"main.cpp:1:", id="c++"),
        pytest.param("java", "public class A { int x = y; }", b"A.java:1: error", id="java"),
    ],
)
async def test_a_program_that_does_not_compile_says_where(
    config: ExecutorConfig, name: str, source: str, said: bytes
) -> None:
    (entry,) = [x.spec.entry for x in await installed(name)]
    done = await run(config, name, {entry: source})
    assert done.status is Status.COMPILE_ERROR
    assert said in done.steps[0].stderr


async def run(config: ExecutorConfig, name: str, sources: dict[str, str]) -> Result:
    await installed(name)
    files = [SourceFile(path=path, content=text.encode()) for path, text in sources.items()]
    async with open_executor(config, languages={name}, keep_ready=False) as executor:
        started = await executor.start(Job(id="1", language=name, files=tuple(files)))
        return await started.result()


def check(data_dir: Path, *arguments: str, **environ: str) -> tuple[int, str]:
    """Run `codecage languages check` in a process of its own, as it gives up root for good."""
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "languages", "check", *arguments],
        env={**os.environ, "CODECAGE_DATA_DIR": str(data_dir), **environ},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_the_command_that_checks_says_ok(tmp_path: Path) -> None:
    status, said = check(tmp_path / "data", "--json", "sh")
    assert status == 0
    assert [(x["name"], x["ok"], x["detail"]) for x in json.loads(said)] == [("sh", True, "")]


def test_the_command_that_checks_fails_with_the_language(tmp_path: Path) -> None:
    text = (packaged_languages() / "sh.yaml").read_text()
    languages = tmp_path / "languages"  # pytest's own folders are closed to who is not root
    languages.mkdir()
    (languages / "sh.yaml").write_text(text.replace("out.txt", "/out.txt"))
    status, said = check(tmp_path / "data", CODECAGE_EXECUTOR_LANGUAGES_DIR=str(languages))
    assert status == 1
    assert "/out.txt" in said
