from pathlib import Path
from typing import Any

import pytest

from executor.errors import ConfigError
from executor.languagefile import parse_language, read_language_file
from executor.limits import LimitsPatch
from tests.unit.executor.languagespecs import document, spec


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "java.yaml"
    path.write_text(
        """
        name: java
        aliases: [jdk]
        extensions: [.java]
        runtime: openjdk
        entry: Main.java
        naming: java
        compile: {argv: [javac, "{sources}"], limits: {wall: 30s, memory: 1GiB}}
        run: {argv: [java, "-Xmx{memory_mb}m", "{main}"], limits: {processes: 128}}
        env: {B: "2", A: "1"}
        etc: [/etc/java-*-openjdk]
        requires: [jar]
        version: {argv: [javac, -version], pattern: 'javac (\\S+)'}
        check: {code: "c", stdout: "o", stdin: "i", args: [x]}
        hints: ['^import java']
        """
    )
    read = read_language_file(path)
    assert (read.name, read.aliases, read.naming) == ("java", ("jdk",), "java")
    assert read.compile_argv == ("javac", "{sources}")
    assert read.limits.compile == LimitsPatch(wall_seconds=30.0, memory_bytes=1024**3)
    assert read.limits.run == LimitsPatch(processes=128)
    assert read.env == (("A", "1"), ("B", "2"))
    assert (read.check.stdin, read.check.args) == ("i", ("x",))
    assert read.file == path


def test_a_language_without_a_compile_step_has_none() -> None:
    assert spec().compile_argv is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"alias": ["p"]}, "unknown key 'alias'; did you mean aliases?", id="typo"),
        pytest.param(
            {"run": {"argv": ["x"], "limit": {}}},
            "run: unknown key 'limit'; .* limits?",
            id="inner-typo",
        ),
        pytest.param(
            {"run": {"argv": ["x"], "limits": {"memry": "1B"}}},
            "run.limits: unknown key 'memry'; did you mean memory?",
            id="limit-typo",
        ),
        pytest.param(
            {"check": None}, "check: this key is missing.* example", id="no-check-program"
        ),
        pytest.param({"run": {"argv": []}}, "run.argv: .*does not fit", id="empty-command"),
        pytest.param(
            {"run": {"argv": ["x", "{file}"]}},
            r"\{file\} .*known: \{entry\}",
            id="unknown-placeholder",
        ),
        pytest.param(
            {"run": {"argv": ["x", "a{args}"]}}, r"\{args\} stands for several", id="list-in-a-word"
        ),
        pytest.param(
            {"run": {"argv": ["x"], "limits": {"wall": 5}}},
            "run.limits.wall: '5' has no unit",
            id="unit",
        ),
        pytest.param({"name": "C Sharp"}, "'C Sharp' is not a name", id="name-with-capitals"),
        pytest.param({"aliases": ["Py"]}, "'Py' is not a name", id="alias-with-capitals"),
        pytest.param({"aliases": "py"}, "aliases: 'py' does not fit", id="text-for-a-list"),
        pytest.param(
            {"extensions": ["py"]}, "with its dot, such as .py", id="extension-without-dot"
        ),
        pytest.param({"entry": "a/b.py"}, "'a/b.py' is not a file name", id="entry-in-a-folder"),
        pytest.param({"hints": ["("]}, "not a regular expression", id="broken-hint"),
        pytest.param({"hints": ["a{99999999999}"]}, "not a regular expression", id="endless-hint"),
        pytest.param({"hints": ["(" * 5000]}, "not a regular expression", id="nested-hint"),
        pytest.param({"hints": ["[[a]"]}, "not a regular expression", id="ambiguous-hint"),
        pytest.param(
            {"version": {"argv": ["x"], "pattern": r"\d+"}},
            "exactly one group",
            id="pattern-without-group",
        ),
        pytest.param({"etc": ["/root/.ssh"]}, "must lie below /etc", id="outside-etc"),
        pytest.param({"etc": ["/etc/../root"]}, "must lie below /etc", id="climbing-out-of-etc"),
        pytest.param({"etc": ["/etc"]}, "must lie below /etc", id="all-of-etc"),
        pytest.param({"etc": ["/etc/*/x"]}, "only in its last part", id="wild-folder"),
        pytest.param(
            {"env": {"A": 1}}, "env.A: 1 does not fit|env: .*does not fit", id="env-number"
        ),
        pytest.param(
            {"run": {"argv": ["x"], "limits": {"memory": "15MiB"}}},
            "run.limits.memory: no program fits in 15 MiB; write 16 MiB or more",
            id="no-program-fits-in-its-memory",
        ),
        pytest.param({"warm": "ruby"}, "warm: 'ruby' does not fit", id="unknown-warm"),
    ],
)
def test_a_mistake_names_file_key_and_fix(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(ConfigError, match=expected) as caught:
        parse_language(document(**changes), file=Path("lang.yaml"))
    assert str(caught.value).startswith("lang.yaml: ")
