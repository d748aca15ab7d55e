"""Languages that are added while the executor runs."""

from pathlib import Path

import pytest

from executor import ConfigError, UnknownLanguageError
from tests.sandbox.jobs import job, opened, run

pytestmark = pytest.mark.sandbox

SHELL = """
name: {name}
runtime: sh
entry: main.sh
run: {{argv: [sh, "{{entry}}"]}}
version: {{argv: [sh, -c, echo 1], pattern: '^(1)'}}
check: {{code: 'true', stdout: ''}}
"""


async def test_a_language_file_that_is_added_counts_after_a_reload(tmp_path: Path) -> None:
    languages = tmp_path / "languages"
    languages.mkdir()
    (languages / "one.yaml").write_text(SHELL.format(name="one"))
    async with opened(tmp_path, languages=None, languages_dir=languages) as executor:
        (languages / "two.yaml").write_text(SHELL.format(name="two"))
        with pytest.raises(UnknownLanguageError):
            await run(executor, job("echo hi", "two"))
        await executor.reload()
        assert [runtime.name for runtime in executor.runtimes()] == ["one", "two"]
        result = await run(executor, job("echo hi", "two"))
    assert result.steps[-1].stdout == b"hi\n"


async def test_a_broken_language_file_changes_nothing(tmp_path: Path) -> None:
    languages = tmp_path / "languages"
    languages.mkdir()
    (languages / "one.yaml").write_text(SHELL.format(name="one"))
    async with opened(tmp_path, languages=None, languages_dir=languages) as executor:
        (languages / "two.yaml").write_text("name: [")
        with pytest.raises(ConfigError, match="two"):
            await executor.reload()
        assert [runtime.name for runtime in executor.runtimes()] == ["one"]
