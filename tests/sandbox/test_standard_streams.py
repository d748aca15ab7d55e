"""The standard streams by their names in /dev, as many a script uses them, in every kind of sandbox."""

from pathlib import Path

import pytest

from executor import Status
from tests.sandbox.jobs import job, opened, run

pytestmark = pytest.mark.sandbox

BY_NAME = {
    "bash": "cat /dev/stdin > /dev/stdout; echo no > /dev/stderr; cat <(echo sub)",
    "python": """
open("/dev/stdout", "w").write(open("/dev/stdin").read())
open("/dev/stderr", "a").write("no\\n")
print("sub")
""",
    "perl": """
open(my $in, "<", "/dev/stdin") or die $!; open(my $out, ">", "/dev/stdout") or die $!;
open(my $err, ">>", "/dev/stderr") or die $!; print {$out} <$in>; close($out); print {$err} "no\\n";
print "sub\\n";
""",
    "javascript": """
const fs = require("fs");
fs.writeFileSync("/dev/stdout", fs.readFileSync("/dev/stdin", "utf8"));
fs.appendFileSync("/dev/stderr", "no\\n");
console.log("sub");
""",
}


@pytest.mark.parametrize("language", BY_NAME)
async def test_a_program_can_open_its_standard_streams_by_name(
    tmp_path: Path, language: str
) -> None:
    async with opened(tmp_path, languages=(language,)) as executor:
        if not executor.runtimes():
            pytest.skip(f"{language} is not installed here")

        result = await run(executor, job(BY_NAME[language], language, stdin=b"yes\n"))

    (step,) = result.steps
    assert (result.status, step.stdout, step.stderr) == (Status.OK, b"yes\nsub\n", b"no\n")


async def test_a_program_gets_no_more_of_a_stream_than_its_descriptor_gives(tmp_path: Path) -> None:
    source = """
for number, mode in ((0, "w"), (1, "r"), (2, "r")):
    try:
        open(f"/proc/self/fd/{number}", mode)
    except PermissionError:
        continue
    print(f"{number} can be opened as {mode}")
"""
    async with opened(tmp_path, languages=("python",)) as executor:
        if executor._runner._backend.facts.single_uid:
            pytest.skip("the program has our own user id: the pipes are its own")

        result = await run(executor, job(source))

    assert (result.status, result.steps[-1].stdout) == (Status.OK, b"")
