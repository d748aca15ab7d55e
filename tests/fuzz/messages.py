"""Whatever a member writes: read in one way only, to the last byte, and answered harmlessly."""

import contextlib
import re
from dataclasses import replace
from pathlib import Path

from bot.blocks import find_blocks
from bot.fields import Fields, fields_of, read_edited, read_fields
from bot.inputs import Quoted, Written, read_written
from bot.languages import LanguageNames
from bot.models import Caller, Denied, ParseProblem, Rules, RunRequest
from bot.parsing import parse, strip_mention, strip_prefix
from bot.policy import MemberState, decide
from bot.rendering import refuse
from bot.snippets import Prepared, prepare
from bot.snippets.echo import ECHO_FILE
from executor import Artifact, InvalidJobError, Runtime, SourceFile, Status
from executor.languagefile import read_language_file
from executor.paths import check_files
from tests.fuzz.recipe import Recipe
from tests.results import result, step
from tests.sendable import assert_harmless, assert_sendable

WRAPPED = ("c", "c++", "java", "csharp", "go", "rust", "kotlin", "scala")
FOLDER = Path(__file__).resolve().parents[2] / "languages"
_FILE_NAMES = (
    "a.py",
    "b.c",
    "stdin",
    "message.txt",
    "..",
    "/etc/passwd",
    "x" * 300,
    "\0",
    "é.PY",
    "",
)
_STATE = MemberState()
_CALLER = Caller(user_id=1, channel_id=2)

SEEDS = (
    b"\0py 3.12\narg\n```c++\nint main() { return 0; }\n```\n```stdin\n5\n```\nmore",
    b"\0<@7> ```java\nint x = 5;\nSystem.out.println(x);\n```",
    b'\0./run `py print(1)` ~~~go\nfmt.Println(`a`)\n~~~ ````rust raw\nlet x = r#"a"#;\n````',
    b"\1\3\0\2\3print(1)\xff\xfe5\xff\xfe```py\n1\n```\xff\xfe\1```js\n1\n```\xff\xfepy\na",
    b'\0```scala\nval x = 1\nprintln(s"$x")\n``` ```kt\nfun f() = 1\nprintln(f())\n```',
    b"\0```go\nvar a = 1\nfunc f() int { return a }\nfmt.Println(f())\n```",
    b"\0```rust\n#![allow(x)]\nuse std::io;\nfn f() {}\nf()?;\n```",
    b'\0```kotlin\n@A class B\nval x = """a"""\nprintln(x)\n```',
    b"\0```csharp\nusing X;\nstatic int f() => 1;\nConsole.WriteLine(f());\n```",
    b"\2c\xff\xfeprintf(\"hi\");\xff\xfeinput\xff\xfea 'b c'",
    b"\2\xff\xfe#!/usr/bin/env python3\nx = [1]\nx[0]\xff\xfe\xff\xfe",
)


def _runtimes() -> list[Runtime]:
    """Return a runtime for every language that comes along, and for those that only have a `main`."""
    specs = map(read_language_file, sorted(FOLDER.glob("*.yaml")))
    ours = [
        Runtime(
            name=spec.name,
            version="1.2.3",
            aliases=spec.aliases,
            extensions=spec.extensions,
            hints=spec.hints,
            entry=spec.entry,
        )
        for spec in specs
    ]
    others = set(WRAPPED) - {runtime.name for runtime in ours}
    return [*ours, *(Runtime(name=name, version="1") for name in sorted(others))]


NAMES = LanguageNames(_runtimes())


def one(data: bytes) -> None:
    """Read one message, with what belongs to it, in every way that there is."""
    recipe = Recipe(data)
    kind = recipe.byte()
    if kind % 3 == 0:
        check_text(recipe.text())
    elif kind % 3 == 1:
        check_written(recipe)
    else:
        check_fields(recipe)


def check_text(text: str) -> None:
    """Check a message's text."""
    check_blocks(text)
    for stripped in (strip_mention(text, 7), strip_prefix(text, ("./run", "!"))):
        assert stripped is None or len(stripped) < len(text)
    read = parse(text, NAMES)
    assert read == parse(text, NAMES)
    check_read(read)


def check_blocks(text: str) -> None:
    """Check that blocks are pieces of the text, in order, none within another."""
    end = 0
    for block in find_blocks(text, NAMES):
        assert end <= block.start < block.end <= len(text)
        end = block.end
        inside = text[block.start : end]
        assert block.code in inside or block.code in inside.replace("\r\n", "\n")


def check_written(recipe: Recipe) -> None:
    """Check a message with files and perhaps a message that it answers."""
    names = [_FILE_NAMES[recipe.byte() % len(_FILE_NAMES)] for _ in range(recipe.byte() % 4)]
    files = tuple(SourceFile(path=name, content=recipe.piece()) for name in names)
    quoted = Quoted(text=recipe.text(), files=files[:1]) if recipe.byte() % 2 else None
    written = Written(text=recipe.text(), files=files[1:] if quoted else files, quoted=quoted)
    read = read_written(written, NAMES)
    assert read == read_written(written, NAMES)
    check_read(read)


def check_fields(recipe: Recipe) -> None:
    """Check what was filled into the fields of a form, and that the editor gives it back."""
    fields = Fields(
        language=recipe.text(), code=recipe.text(), stdin=recipe.text(), args=recipe.text()
    )
    read = read_fields(fields, NAMES)
    assert read == read_fields(fields, NAMES)
    check_read(read)
    if isinstance(read, RunRequest) and (shown := fields_of(read)):
        again = read_edited(read, shown, NAMES)
        check_read(again)
        if isinstance(again, RunRequest) and "```" not in shown.code:
            assert again.files[0].content == read.files[0].content


def check_read(read: RunRequest | ParseProblem) -> None:
    """Check what a message was read as: a job that can run, or a sentence that can be sent."""
    if isinstance(read, ParseProblem):
        check_refusal(read.message)
        if read.request is None:
            return
        read = replace(read.request, language="python")
    assert read.files
    assert all("\0" not in file.path for file in read.files)
    prepared = prepare(read, NAMES)
    assert prepared == prepare(read, NAMES)
    if prepared.lines is not None:
        lines = read.files[0].content.count(b"\n") + 1
        assert all(1 <= line <= lines for line in prepared.lines.lines)
    check_restored(prepared, read)
    decision = decide(read, _CALLER, names=NAMES, rules=Rules(), state=_STATE, job_id="job-1")
    if isinstance(decision, Denied):
        check_refusal(decision.reason)
        return
    with contextlib.suppress(InvalidJobError):
        check_files(decision.job.files)


def check_restored(prepared: Prepared, read: RunRequest) -> None:
    """Check that a result is told as that of the member's own text, whatever the program said."""
    said = read.stdin + f"{read.files[0].path}:2: 2 | x\n".encode()
    told = Artifact(path=ECHO_FILE, content=said[:20])
    for status in (Status.OK, Status.RUNTIME_ERROR):
        steps = step(said, said, name="compile"), step(b"", said, status=status)
        finished = result(*steps, artifacts=(told,))
        restored = prepared.restore(finished)
        assert [one.name for one in restored.steps] == ["compile", "run"]
        shows_value = prepared.echoes and status is Status.OK
        assert restored.steps[1].stdout == (told.content + b"\n" if shows_value else b"")


def check_refusal(sentence: str) -> None:
    """Check that a sentence can be sent, and is one: it says something before its example."""
    reply = refuse(sentence)
    assert_sendable(reply)
    assert_harmless(reply)
    assert re.search(r"\w", sentence)
