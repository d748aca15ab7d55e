"""The files a program leaves: read inside, by its own uid, with no path of the host ever opened."""

import time
from dataclasses import replace

import pytest

from executor.models import Limits, SourceFile
from executor.sandbox.spec import Kind, Outcome
from tests.sandbox.conftest import LIMITS, Cage, python, shell

pytestmark = pytest.mark.sandbox


async def left(cage: Cage, source: str, limits: Limits = LIMITS) -> dict[str, bytes]:
    """Return what a Python program leaves, by path."""
    outcome = await cage.run(python(source), limits=limits)
    assert outcome.exit_code == 0, outcome
    return contents(outcome)


def contents(outcome: Outcome) -> dict[str, bytes]:
    return {artifact.path: artifact.content for artifact in outcome.artifacts}


@pytest.mark.parametrize("kind", Kind)
async def test_new_files_come_back_and_unchanged_ones_do_not(cage: Cage, kind: Kind) -> None:
    inputs = (
        SourceFile(path="same", content=b"same"),
        SourceFile(path="rewritten", content=b"same bytes"),
        SourceFile(path="changed", content=b"1234"),
        SourceFile(path="longer", content=b"1"),
        SourceFile(path="removed", content=b"x"),
        SourceFile(path="deep/same", content=b"x"),
    )
    source = """
import os
open("rewritten", "w").write("same bytes")
open("changed", "w").write("5678")
open("longer", "a").write("2")
os.remove("removed")
os.mkdir("folder")
open("folder/new", "wb").write(bytes(range(256)))
open("empty", "w")
"""
    outcome = await cage.run(python(source, *inputs), kind)
    assert contents(outcome) == {
        "changed": b"5678",
        "longer": b"12",
        "folder/new": bytes(range(256)),
        "empty": b"",
    }
    assert outcome.notes == ()


async def test_files_of_a_failed_program_come_back_too(cage: Cage) -> None:
    outcome = await cage.run(shell("echo partial > result; exit 3"))
    assert (outcome.exit_code, contents(outcome)) == (3, {"result": b"partial\n"})


async def test_files_are_not_asked_for_where_nobody_wants_them(cage: Cage) -> None:
    outcome = await cage.run(replace(shell("echo x > result"), collect=False))
    assert (outcome.artifacts, outcome.notes) == ((), ())


async def test_executables_are_marked(cage: Cage) -> None:
    outcome = await cage.run(shell("echo a > plain; echo b > tool; chmod +x tool"))
    assert outcome.executables == {"tool"}


LINKS = """
import os
open("real", "w").write("real")
for target, name in (
    ("/etc/passwd", "absolute"), ("real", "relative"), ("/", "root"), ("/proc/self/environ", "env"),
    ("/proc/1/root", "other-root"), ("../../etc/passwd", "climbing"), ("gone", "dangling"),
):
    os.symlink(target, name)
os.symlink("/usr/lib", "folder-link")
os.link("real", "hard")
"""


async def test_no_link_is_followed(cage: Cage) -> None:
    assert await left(cage, LINKS) == {"real": b"real", "hard": b"real"}


SPECIAL = """
import os, socket
os.mkfifo("fifo")
socket.socket(socket.AF_UNIX).bind("socket")
open("plain", "w").write("x")
os.mkdir("empty-folder")
"""


async def test_only_regular_files_count(cage: Cage) -> None:
    outcome = await cage.run(python(SPECIAL))
    assert (contents(outcome), outcome.notes) == ({"plain": b"x"}, ())


async def test_what_the_program_has_closed_comes_out_too(cage: Cage) -> None:
    source = """
import os
def leave(path, mode): open(path, "w").write("x"); os.chmod(path, mode)
for mode in (0, 0o111, 0o200, 0o644): leave(f"{mode:o}", mode)
for mode in (0, 0o100, 0o400): os.mkdir(f"d{mode:o}"); leave(f"d{mode:o}/in", 0); os.chmod(f"d{mode:o}", mode)
os.mkfifo("fifo", 0)
os.chmod("/box", 0)
"""
    outcome = await cage.run(python(source))
    names = ("0", "111", "200", "644", "d0/in", "d100/in", "d400/in")
    assert (contents(outcome), outcome.notes) == (dict.fromkeys(names, b"x"), ())
    assert outcome.executables == {"111"}


ODD_NAMES = [
    b"-rf",
    b"a b",
    b"new\nline",
    b"esc\x1b[31m",
    b"\xff\xfe",
    "é".encode(),
    b"x" * 255,
    b"...",
    b"\\",
    b"tab\t",
]


async def test_odd_names_come_back_as_text(cage: Cage) -> None:
    source = f"for name in {ODD_NAMES!r}: open(name, 'wb').write(name)"
    assert await left(cage, source) == {name.decode("utf-8", "replace"): name for name in ODD_NAMES}


DEEP = """
import os
for depth in range(400):
    open("f", "w").write(str(depth))
    os.mkdir("d" * 200)
    os.chdir("d" * 200)
"""


async def test_a_deep_tree_is_cut_where_it_gets_too_deep(cage: Cage) -> None:
    outcome = await cage.run(python(DEEP))
    paths = sorted(contents(outcome), key=len)
    assert paths[:2] == ["f", "d" * 200 + "/f"]
    assert 10 < len(paths) < 20
    assert ["too deep" in note for note in outcome.notes] == [True]


async def test_four_thousand_files_are_cut_to_the_number_allowed(cage: Cage) -> None:
    source = "for n in range(4000): open(f'{n:04}', 'w').write('x')"
    outcome = await cage.run(python(source))
    assert sorted(contents(outcome)) == [f"{n:04}" for n in range(LIMITS.artifacts)]
    assert ["too many" in note for note in outcome.notes] == [True]


async def test_exactly_as_many_as_allowed_all_come(cage: Cage) -> None:
    source = f"for n in range({LIMITS.artifacts}): open(f'{{n:04}}', 'w').write('x')"
    outcome = await cage.run(python(source))
    assert (len(outcome.artifacts), outcome.notes) == (LIMITS.artifacts, ())


@pytest.mark.parametrize(
    ("sizes", "kept"),
    [
        pytest.param([1000], [1000], id="just-fits"),
        pytest.param([1001], [], id="one-byte-too-large"),
        pytest.param([600, 600, 400], [600, 400], id="the-next-one-may-fit"),
        pytest.param([0, 1000, 0, 1], [0, 1000, 0], id="empty-files-cost-nothing"),
    ],
)
async def test_files_come_back_while_they_fit(
    cage: Cage, sizes: list[int], kept: list[int]
) -> None:
    limits = replace(LIMITS, artifact_bytes=1000)
    source = f"for n, size in enumerate({sizes}): open(str(n), 'w').write('x' * size)"
    outcome = await cage.run(python(source), limits=limits)
    assert [len(artifact.content) for artifact in outcome.artifacts] == kept
    assert [note for note in outcome.notes if "larger" in note] == list(outcome.notes)
    assert bool(outcome.notes) is (len(kept) < len(sizes))


async def test_a_sparse_terabyte_is_refused_at_its_making(cage: Cage) -> None:
    source = """
import errno
try: open("huge", "wb").truncate(1 << 40)
except OSError as error: print(errno.errorcode[error.errno])
"""
    outcome = await cage.run(python(source))
    assert outcome.output[0].data == b"EFBIG\n"
    assert contents(outcome) == {"huge": b""}


async def test_a_sparse_file_is_too_large_by_its_length(cage: Cage) -> None:
    source = f"open('sparse', 'wb').truncate({LIMITS.artifact_bytes + 1}); open('ok', 'w')"
    outcome = await cage.run(python(source))
    assert contents(outcome) == {"ok": b""}
    assert ["larger" in note for note in outcome.notes] == [True]


@pytest.mark.parametrize("kind", Kind)
async def test_as_much_as_is_allowed_comes_back_whole(cage: Cage, kind: Kind) -> None:
    size = LIMITS.artifact_bytes
    outcome = await cage.run(python(f"open('big', 'wb').write(bytes({size}))"), kind)
    assert contents(outcome) == {"big": bytes(size)}


async def test_reading_the_files_is_not_the_program_s_time(cage: Cage) -> None:
    size = LIMITS.artifact_bytes
    program = replace(
        python(f"open('big', 'wb').write(bytes({size})); print('done')"),
        on_output=lambda _stream, _data: time.sleep(1.5),  # a host that is slow to take them
    )
    outcome = await cage.run(program, limits=replace(LIMITS, wall_seconds=1.0))
    assert (outcome.exit_code, outcome.wall_limit_hit) == (0, False)
    assert contents(outcome) == {"big": bytes(size)}
    assert outcome.usage.wall_seconds < 1.0


async def test_a_process_that_swaps_files_for_links_is_dead_before_they_are_read(
    cage: Cage,
) -> None:
    source = """
import os
open("a", "w").write("good")
if os.fork() == 0:
    os.setsid()
    while True:
        try:
            os.rename("a", "kept"); os.symlink("/etc/passwd", "a"); os.remove("a")
            os.rename("kept", "a")
        except OSError: pass
"""
    for _ in range(5):
        for content in (await left(cage, source)).values():
            assert content == b"good"


async def test_the_temporary_folder_is_not_collected(cage: Cage) -> None:
    outcome = await cage.run(shell("echo x > /tmp/a; echo y > /dev/shm/b; echo z > c"))
    assert contents(outcome) == {"c": b"z\n"}
