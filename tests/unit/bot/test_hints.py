"""What a program left behind, word for word as its runtime said it, and the help it earns."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import advice
from bot.hints import hint_for
from executor import Status
from tests.results import result, step

SCANNER = (
    'Exception in thread "main" java.util.NoSuchElementException\n'
    "\tat java.base/java.util.Scanner.throwFor(Scanner.java:937)\n"
    "\tat java.base/java.util.Scanner.next(Scanner.java:1594)\n"
    "\tat A.main(Main.java:1)\n"
)
ITERATOR = (
    'Exception in thread "main" java.util.NoSuchElementException\n'
    "\tat java.base/java.util.ArrayList$Itr.next(ArrayList.java:1052)\n"
    "\tat A.main(Main.java:1)\n"
)
PYTHON = 'Traceback (most recent call last):\n  File "/box/main.py", line 1, in <module>\n'


def hint(language: str, said: str, *, status: Status = Status.RUNTIME_ERROR) -> str | None:
    done = step(b"", said.encode(), status=status, exit_code=1)
    if status is Status.COMPILE_ERROR:
        done = replace(done, name="compile")
    return hint_for(result(done, language=language), "")


@pytest.mark.parametrize(
    ("language", "said", "words"),
    [
        pytest.param("python", f"{PYTHON}    input()\nEOFError: EOF when reading a line\n", "press **Add input**", id="python-input"),
        pytest.param("java", SCANNER, "press **Add input**", id="java-scanner"),
        pytest.param("kotlin", "Exception in thread \"main\" kotlin.io.ReadAfterEOFException: EOF has already been reached", "press **Add input**", id="kotlin-readln"),
        pytest.param("ruby", "main.rb:1:in `readline': end of file reached (EOFError)", "press **Add input**", id="ruby-readline"),
        pytest.param("haskell", "main: Prelude.getLine: end of file", "press **Add input**", id="haskell-getline"),
        pytest.param("java", "Error: Main method not found in class A, please define the main method as:", "no `main`", id="java-no-main"),
        pytest.param("python", f"{PYTHON}ModuleNotFoundError: No module named 'numpy'\n", "`numpy` is not installed here; if it is a file of yours, add a code block with `numpy.py` right after its backticks", id="python-module"),
        pytest.param("python", "ModuleNotFoundError: No module named 'a.b'; 'a' is not a package", "`a` is not installed", id="python-submodule"),
        pytest.param("javascript", "Error: Cannot find module 'lodash'\nRequire stack:\n- /box/main.js", "`lodash` is not installed", id="node-package"),
        pytest.param("javascript", "Error: Cannot find module './x'\nRequire stack:", "no file `./x`", id="node-file"),
        pytest.param("javascript", "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'lodash' imported from /box/main.js", "`lodash` is not installed", id="node-import"),
        pytest.param("perl", "Can't locate JSON/XS2.pm in @INC (you may need to install the JSON::XS2 module)", "`JSON/XS2.pm`", id="perl-module"),
        pytest.param("bash", "main.bash: line 1: cowsay: command not found", "no command `cowsay`", id="bash-command"),
        pytest.param("sh", "main.sh: 1: cowsay: not found", "no command `cowsay`", id="sh-command"),
        pytest.param("python", f"{PYTHON}RecursionError: maximum recursion depth exceeded\n", "called itself", id="python-recursion"),
        pytest.param("python", "RecursionError: maximum recursion depth exceeded in comparison", "called itself", id="python-recursion-in-a-comparison"),
        pytest.param("java", 'Exception in thread "main" java.lang.StackOverflowError\n' + "\tat A.f(Main.java:1)\n" * 1024, "called itself", id="java-recursion-with-its-long-trace"),
        pytest.param("javascript", "/box/main.js:1\n\nRangeError: Maximum call stack size exceeded\n    at f", "called itself", id="node-recursion"),
        pytest.param("python", "socket.gaierror: [Errno -2] Name or service not known", "no network", id="python-socket"),
        pytest.param("python", "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>", "no network", id="python-url"),
        pytest.param("javascript", "Error: getaddrinfo EAI_AGAIN example.com", "no network", id="node-network"),
        pytest.param("java", 'Exception in thread "main" java.net.UnknownHostException: example.com', "no network", id="java-network"),
        pytest.param("java", 'Exception in thread "main" java.awt.HeadlessException:', "no screen", id="java-window"),
        pytest.param("python", "_tkinter.TclError: no display name and no $DISPLAY environment variable", "no screen", id="python-window"),
    ],
)  # fmt: skip
def test_exact_words_of_a_runtime_earn_help(language: str, said: str, words: str) -> None:
    assert words in (hint(language, said) or "")


@pytest.mark.parametrize(
    ("language", "said", "words"),
    [
        pytest.param("c", "(.text+0x17): undefined reference to `main'\ncollect2: error", "no `main`", id="c-no-main"),
        pytest.param("c++", "main.cpp:1:10: fatal error: boost/any.hpp: No such file or directory", "no file `boost/any.hpp`", id="c++-header"),
        pytest.param("java", "Main.java:1: error: package org.json does not exist", "`org.json`", id="java-package"),
        pytest.param("go", "runtime.main_main·f: function main is undeclared in the main package", "no `main`", id="go-no-main"),
        pytest.param("rust", "error[E0601]: `main` function not found in crate `main`", "no `main`", id="rust-no-main"),
        pytest.param("csharp", "error CS5001: Program `Main.exe' does not contain a static `Main' method", "no `main`", id="csharp-no-main"),
        pytest.param("go", "main.go:3:8: no required module provides package github.com/x/y; to add it:", "`github.com/x/y`", id="go-package"),
    ],
)  # fmt: skip
def test_exact_words_of_a_compiler_earn_help(language: str, said: str, words: str) -> None:
    assert words in (hint(language, said, status=Status.COMPILE_ERROR) or "")


@pytest.mark.parametrize(
    ("language", "said", "status"),
    [
        pytest.param("python", "EOFError: EOF when reading a line", Status.OK, id="it-went-well"),
        pytest.param("python", "EOFError: Ran out of input", Status.RUNTIME_ERROR, id="another-eoferror"),
        pytest.param("python", "EOFError: EOF when reading a line\n\nValueError: x", Status.RUNTIME_ERROR, id="caught-on-the-way"),
        pytest.param("python", "ValueError: no EOFError: EOF when reading a line", Status.RUNTIME_ERROR, id="in-another-message"),
        pytest.param("bash", "EOFError: EOF when reading a line", Status.RUNTIME_ERROR, id="another-language"),
        pytest.param("java", ITERATOR, Status.RUNTIME_ERROR, id="an-iterator-and-no-input"),
        pytest.param("c", "main.c:1:1: error: x", Status.COMPILE_ERROR, id="any-error"),
        pytest.param("c", "", Status.SIGNALLED, id="a-crash-that-says-nothing"),
        pytest.param("bash", "main.bash: line 1: x: command not found\nbye", Status.RUNTIME_ERROR, id="it-went-on"),
        pytest.param("cobol", "?", Status.RUNTIME_ERROR, id="a-language-without-hints"),
    ],
)  # fmt: skip
def test_without_proof_there_is_no_help(language: str, said: str, status: Status) -> None:
    assert hint(language, said, status=status) is None


@pytest.mark.parametrize(
    ("language", "source", "status", "stdout", "words"),
    [
        pytest.param("c", 'printf("a");', Status.TIME_LIMIT, b"", "fflush(stdout)", id="stopped-at-a-limit"),
        pytest.param("c", 'puts("a");', Status.SIGNALLED, b"", "fflush(stdout)", id="crashed"),
        pytest.param("c++", "cout << 1;", Status.CPU_LIMIT, b"", "cout << flush", id="c++"),
        pytest.param("perl", "print 1;", Status.TIME_LIMIT, b"", "$| = 1", id="perl"),
        pytest.param("c", 'printf("a");', Status.TIME_LIMIT, b"a", None, id="something-came"),
        pytest.param("c", "for (;;);", Status.TIME_LIMIT, b"", None, id="it-does-not-print"),
        pytest.param("c", 'printf("a"); fflush(stdout);', Status.TIME_LIMIT, b"", None, id="it-flushes"),
        pytest.param("c++", "cout << 1 << endl;", Status.TIME_LIMIT, b"", None, id="endl-flushes"),
        pytest.param("c", 'printf("a");', Status.OK, b"", None, id="it-ended-well"),
        pytest.param("python", "print(1)", Status.TIME_LIMIT, b"", None, id="python-keeps-nothing-back"),
    ],
)  # fmt: skip
def test_output_that_may_be_kept_back_is_explained(
    language: str, source: str, status: Status, stdout: bytes, words: str | None
) -> None:
    said = hint_for(result(step(stdout, status=status), language=language), source)
    assert said is None if words is None else words in (said or "")


def test_a_plot_that_nobody_sees_is_explained() -> None:
    said = "main.py:3: UserWarning: FigureCanvasAgg is non-interactive, and thus cannot be shown"
    assert hint("python", said, status=Status.OK) == advice.NOT_SHOWN


def test_nothing_started_nothing_to_say() -> None:
    assert hint_for(result(), "") is None


@given(st.text(st.sampled_from("ab`@<>\n\u202e.' "), max_size=60))
def test_names_come_in_harmless(name: str) -> None:
    said = hint("python", f"ModuleNotFoundError: No module named '{name}'") or ""
    assert "\n" not in said
    assert said.count("`") in {0, 4}
    assert "\u202e" not in said
