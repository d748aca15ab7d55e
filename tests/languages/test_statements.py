"""Statements without a `main`, wrapped and run by real compilers in real sandboxes."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.languages import LanguageNames
from bot.models import RunRequest
from bot.snippets import prepare
from bot.snippets.newer import wrap_rust
from executor import Job, SourceFile, Status
from executor.config import load_config
from executor.factory import open_executor
from tests.languages.statements import CPP, JAVA, RUST, C


@pytest.mark.full
@pytest.mark.sandbox
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("language", "programs"),
    [pytest.param("c", C, id="c"), pytest.param("c++", CPP, id="c++"), pytest.param("java", JAVA, id="java")],
)  # fmt: skip
async def test_statements_run_in_the_main_that_they_are_given(
    language: str, programs: Sequence[str], tmp_path: Path
) -> None:
    config = load_config(environ={**os.environ, "CODECAGE_DATA_DIR": str(tmp_path)}).executor
    failed = []
    async with open_executor(config, languages={language}) as executor:
        if not executor.runtimes():
            pytest.skip(f"{language} is not installed here")
        names = LanguageNames(executor.runtimes())
        for number, program in enumerate(programs):
            file = SourceFile(path=names.entry(language), content=program.encode())
            prepared = prepare(RunRequest(language=language, files=(file,)), names)
            assert prepared.lines is not None, program
            job = Job(
                id=f"job-{number}",
                language=language,
                files=prepared.request.files,
                stdin=b"2\n5\n7\n",
            )
            result = prepared.restore(await (await executor.start(job)).result())
            if result.status is not Status.OK:
                failed.append((program, result.steps[-1].stderr))
    assert failed == []


@pytest.mark.parametrize("program", RUST)
def test_statements_in_rust_get_a_main_around_all_of_them(program: str) -> None:
    wrapped = wrap_rust(program)
    assert wrapped is not None
    text, lines = wrapped
    assert text.startswith(("fn main() {\n", "fn main() -> Result<"))
    assert [lines.member_line(n) for n in range(2, program.count("\n") + 3)] == list(
        range(1, program.count("\n") + 2)
    )
