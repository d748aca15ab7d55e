import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.errors import InvalidJobError, JobFault, UnsafePathError
from executor.models import Job, SourceFile
from executor.paths import (
    MAX_ARGS_BYTES,
    MAX_FILES,
    MAX_SOURCE_BYTES,
    MAX_STDIN_BYTES,
    check_files,
    check_job,
    check_path,
)


def files(*paths: str, content: bytes = b"") -> tuple[SourceFile, ...]:
    return tuple(SourceFile(path=path, content=content) for path in paths)


def job(*, stdin: bytes = b"", args: tuple[str, ...] = ()) -> Job:
    return Job(id="1", language="python", files=files("main.py"), stdin=stdin, args=args)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("main.py", id="plain"),
        pytest.param("a/b/c.py", id="folders"),
        pytest.param("-rf", id="dash"),
        pytest.param("héllo wörld.py", id="other-letters-and-spaces"),
        pytest.param("..a/b..", id="dots-that-do-not-climb"),
        pytest.param("x" * 255, id="longest-part"),
    ],
)
def test_a_plain_relative_path_passes(path: str) -> None:
    check_path(path)
    check_files(files(path))


@pytest.mark.parametrize(
    ("path", "expected", "fault"),
    [
        pytest.param("", "empty name", JobFault.NAME_EMPTY, id="empty"),
        pytest.param("/etc/passwd", "absolute", JobFault.NAME_ABSOLUTE, id="absolute"),
        pytest.param("../x", "empty part, . or ..", JobFault.NAME_CLIMBS_OUT, id="climbs-out"),
        pytest.param(
            "a/../../x", "empty part, . or ..", JobFault.NAME_CLIMBS_OUT, id="climbs-out-later"
        ),
        pytest.param("a//b", "empty part, . or ..", JobFault.NAME_CLIMBS_OUT, id="empty-part"),
        pytest.param("a/", "empty part, . or ..", JobFault.NAME_CLIMBS_OUT, id="folder"),
        pytest.param("./a", "empty part, . or ..", JobFault.NAME_CLIMBS_OUT, id="dot"),
        pytest.param("a\0b", "control character", JobFault.NAME_WITH_CONTROL, id="nul"),
        pytest.param("a\nb", "control character", JobFault.NAME_WITH_CONTROL, id="newline"),
        pytest.param("a\x7f", "control character", JobFault.NAME_WITH_CONTROL, id="delete"),
        pytest.param("\ud800", "not valid Unicode", JobFault.NAME_NOT_UNICODE, id="surrogate"),
        pytest.param(
            "é" * 128,
            "more than 255 bytes",
            JobFault.NAME_PART_TOO_LONG,
            id="part-too-long-in-bytes",
        ),
        pytest.param(
            "/".join(["x" * 200] * 21),
            "longer than 4096 bytes",
            JobFault.NAME_TOO_LONG,
            id="too-long",
        ),
    ],
)
def test_an_unsafe_path_is_refused(path: str, expected: str, fault: JobFault) -> None:
    with pytest.raises(UnsafePathError, match=expected) as caught:
        check_path(path)
    assert caught.value.fault is fault


@given(st.text(alphabet=st.characters() | st.sampled_from("./\0"), max_size=40))
def test_a_path_that_passes_stays_in_its_folder(path: str) -> None:
    try:
        check_path(path)
    except UnsafePathError:
        return
    joined = posixpath.normpath(posixpath.join("/box", path))
    assert joined == f"/box/{path}"
    assert "\0" not in path


@pytest.mark.parametrize(
    ("given_files", "expected", "fault"),
    [
        pytest.param((), "at least one file", JobFault.NO_FILE, id="none"),
        pytest.param(
            files(*(f"{n}.py" for n in range(MAX_FILES + 1))),
            "can have 32 files",
            JobFault.TOO_MANY_FILES,
            id="many",
        ),
        pytest.param(
            files("a", "b", content=b"x" * (MAX_SOURCE_BYTES // 2 + 1)),
            "1 MiB",
            JobFault.FILES_TOO_LARGE,
            id="large",
        ),
        pytest.param(
            files("a", "a"), "Two files are called 'a'", JobFault.SAME_NAME, id="same-name"
        ),
        pytest.param(
            files("a/b", "a"),
            "'a' is a file and a folder",
            JobFault.FILE_AND_FOLDER,
            id="file-and-folder",
        ),
        pytest.param(
            files("a", "a/b/c"),
            "'a' is a file and a folder",
            JobFault.FILE_AND_FOLDER,
            id="folder-and-file",
        ),
    ],
)
def test_files_that_cannot_stand_together_are_refused(
    given_files: tuple[SourceFile, ...], expected: str, fault: JobFault
) -> None:
    with pytest.raises(InvalidJobError, match=expected) as caught:
        check_files(given_files)
    assert caught.value.fault is fault


def test_the_most_that_is_allowed_passes() -> None:
    check_files(
        files(*(f"a/{n}" for n in range(MAX_FILES)), content=b"x" * (MAX_SOURCE_BYTES // 32))
    )
    check_job(job(stdin=b"x" * MAX_STDIN_BYTES, args=("x" * (MAX_ARGS_BYTES - 1),)))


@pytest.mark.parametrize(
    ("bad", "expected", "fault"),
    [
        pytest.param(
            job(stdin=b"x" * (MAX_STDIN_BYTES + 1)),
            "at most 16 MiB fit",
            JobFault.INPUT_TOO_LARGE,
            id="input",
        ),
        pytest.param(
            job(args=("a\0b",)), "NUL", JobFault.ARGUMENT_WITH_NUL, id="nul-in-an-argument"
        ),
        pytest.param(
            job(args=("é" * (MAX_ARGS_BYTES // 2),)),
            "more than 64 KiB",
            JobFault.ARGUMENTS_TOO_LARGE,
            id="arguments",
        ),
    ],
)
def test_input_that_cannot_be_handed_over_is_refused(
    bad: Job, expected: str, fault: JobFault
) -> None:
    with pytest.raises(InvalidJobError, match=expected) as caught:
        check_job(bad)
    assert caught.value.fault is fault
