from pathlib import Path

import pytest

from executor.catalog import names_of
from executor.cli.sources import find_language, name_inside, read_input, read_source
from executor.paths import MAX_SOURCE_BYTES, MAX_STDIN_BYTES
from tests.unit.executor.languagespecs import spec

SPECS = (
    spec(aliases=["py", "python3"]),
    spec(name="sh", aliases=[], extensions=[".sh"]),
    spec(name="javascript", aliases=["node"], extensions=[".js"]),
)


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        pytest.param("a.py", b"", "python", id="extension"),
        pytest.param("lib/A.PY", b"", "python", id="extension-in-capitals"),
        pytest.param("a.py", b"#!/bin/sh\n", "python", id="extension-beats-first-line"),
        pytest.param("-", b"#!/bin/sh\n", "sh", id="first-line"),
        pytest.param("tool", b"#!/usr/bin/env python3\n", "python", id="env"),
        pytest.param(
            "tool", b"#!/usr/bin/env -S node --flag\n", "javascript", id="env-with-arguments"
        ),
        pytest.param("tool", b"#! /usr/bin/python3.11 -u\n", "python", id="version-in-the-name"),
        pytest.param("notes.txt", b"hello", None, id="neither"),
        pytest.param("tool", b"#!/usr/bin/fortran\n", None, id="unknown-program"),
        pytest.param("tool", b"#!\n", None, id="empty-first-line"),
        pytest.param("tool", b"#!/usr/bin/\xff\n", None, id="not-text"),
    ],
)
def test_the_language_follows_from_extension_or_first_line(
    path: str, content: bytes, expected: str | None
) -> None:
    assert find_language(path, content, SPECS, names_of(SPECS)) == expected


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        pytest.param("main.py", "main.py", id="plain"),
        pytest.param("./main.py", "main.py", id="dot"),
        pytest.param("src/main.py", "src/main.py", id="folder"),
        pytest.param("/home/member/main.py", "main.py", id="absolute"),
        pytest.param("../main.py", "main.py", id="above"),
    ],
)
def test_a_relative_path_keeps_its_folders(path: str, inside: str) -> None:
    assert name_inside(path) == inside


def test_a_file_keeps_whether_it_can_be_started(tmp_path: Path) -> None:
    path = tmp_path / "tool.sh"
    path.write_text("x")
    assert not read_source(str(path)).executable
    path.chmod(0o755)
    assert read_source(str(path)).executable


def test_an_endless_file_is_read_just_past_the_limit() -> None:
    assert len(read_source("/dev/zero").content) == MAX_SOURCE_BYTES + 1
    assert len(read_input("/dev/zero")) == MAX_STDIN_BYTES + 1
