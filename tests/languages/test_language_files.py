"""The language files that come along: each is valid and proves itself."""

import re
from pathlib import Path

import pytest

from executor.languagefile import LanguageSpec
from executor.limits import DEFAULT_LIMITS, StagePatch, ceiling_over
from executor.versions import packaged_languages, read_language_files

SPECS = read_language_files(packaged_languages())
each_language = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)


def test_the_promised_languages_are_there() -> None:
    promised = {"python", "bash", "sh", "c", "c++", "javascript", "perl", "java"}
    assert promised <= {spec.name for spec in SPECS}


@each_language
def test_a_file_is_called_like_its_language(spec: LanguageSpec) -> None:
    assert spec.file.name == f"{spec.name}.yaml"


@each_language
def test_the_entry_carries_an_extension_of_the_language(spec: LanguageSpec) -> None:
    assert Path(spec.entry).suffix in spec.extensions


def test_no_two_languages_share_an_extension() -> None:
    extensions = [extension for spec in SPECS for extension in spec.extensions]
    assert len(extensions) == len(set(extensions))


@each_language
def test_limits_stay_below_the_default_ceiling(spec: LanguageSpec) -> None:
    ceiling = ceiling_over(DEFAULT_LIMITS, StagePatch())
    limits = spec.limits.over(DEFAULT_LIMITS)
    assert limits.run.clamp(ceiling.run) == limits.run
    assert limits.compile.clamp(ceiling.compile) == limits.compile


@each_language
def test_the_check_program_uses_input_arguments_and_a_file(spec: LanguageSpec) -> None:
    assert spec.check.stdin
    assert len(spec.check.args) > 1
    assert "out.txt" in spec.check.code


def languages_hinted_at(code: str) -> set[str]:
    return {
        spec.name
        for spec in SPECS
        if any(re.search(hint, code, re.MULTILINE) for hint in spec.hints)
    }


@each_language
def test_hints_recognise_their_own_check_program_and_no_other(spec: LanguageSpec) -> None:
    # A sh script without its first line is just as well one for bash.
    if spec.name != "sh":
        assert languages_hinted_at(spec.check.code) == {spec.name}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param('print("hi")', "python", id="python-print"),
        pytest.param("for i in range(3):\n    print(i)", "python", id="python-loop"),
        pytest.param("import os, sys\nprint(os.name)", "python", id="python-import"),
        pytest.param(
            "x = [i ** 2 for i in range(9)]\nprint(x)", "python", id="python-comprehension"
        ),
        pytest.param("#!/usr/bin/env python3\nx = 1", "python", id="python-shebang"),
        pytest.param('echo "hi $USER"', "bash", id="bash-echo"),
        pytest.param("while :; do\n  echo hi\ndone", "bash", id="bash-loop"),
        pytest.param("if [ -f x ]; then\n  cat x\nfi", "bash", id="bash-if"),
        pytest.param("#!/bin/sh\nls", "sh", id="sh-shebang"),
        pytest.param('#include <stdio.h>\nint main() { puts("hi"); }', "c", id="c-hello"),
        pytest.param("int main(void) { return 3; }", "c", id="c-without-include"),
        pytest.param(
            '#include <iostream>\nint main() { std::cout << "hi"; }', "c++", id="c++-hello"
        ),
        pytest.param(
            "#include <stdio.h>\nclass A {};\nint main() { std::vector<A> v; }",
            "c++",
            id="c++-with-a-header-of-c",
        ),
        pytest.param('console.log("hi");', "javascript", id="javascript-log"),
        pytest.param("const f = (x) => x * 2;\nf(1);", "javascript", id="javascript-arrow"),
        pytest.param(
            "import fs from 'fs';\nfs.readFileSync(0);", "javascript", id="javascript-module"
        ),
        pytest.param('use strict;\nmy $x = 1;\nprint "$x\\n";', "perl", id="perl"),
        pytest.param(
            'class A { public static void main(String[] a) { System.out.println("hi"); } }',
            "java",
            id="java",
        ),
    ],
)
def test_hints_recognise_what_members_write(code: str, expected: str) -> None:
    assert languages_hinted_at(code) == {expected}


@pytest.mark.parametrize(
    "code", ["", "hello there, how are you?", "1 + 1", "note: this is fine", "a line\nand one more"]
)
def test_hints_see_no_language_in_plain_text(code: str) -> None:
    assert languages_hinted_at(code) == set()
