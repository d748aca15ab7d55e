"""What becomes of a program with and without a `main`: the text, and where its lines are from."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.languages import LanguageNames
from bot.models import RunRequest
from bot.snippets import Prepared, prepare
from executor import Runtime, SourceFile

LANGUAGES = {
    "c": "main.c",
    "c++": "main.cpp",
    "java": "Main.java",
    "csharp": "Main.cs",
    "go": "main.go",
    "rust": "main.rs",
    "kotlin": "main.kt",
    "scala": "main.scala",
    "python": "main.py",
    "javascript": "main.js",
}
NAMES = LanguageNames(
    [
        Runtime(name=name, version="1", entry=entry, extensions=(entry[entry.index(".") :],))
        for name, entry in LANGUAGES.items()
    ]
)
WRAPPED = [name for name in LANGUAGES if name not in {"python", "javascript"}]


def request_for(language: str, source: str) -> RunRequest:
    file = SourceFile(path=LANGUAGES[language], content=source.encode("utf-8", "surrogatepass"))
    return RunRequest(language=language, files=(file,))


def prepared(language: str, source: str) -> Prepared:
    return prepare(request_for(language, source), NAMES)


def text_of(made: Prepared) -> str:
    return made.request.files[0].content.decode()


def without_prelude(language: str, source: str) -> list[str]:
    """Return the lines that run, but for headers, imports and empty ones."""
    ours = ("#include <", "import java.", "using System", "using namespace std;")
    lines = text_of(prepared(language, source)).split("\n")
    return [line for line in lines if line.strip() and not line.startswith(ours)]


C_MAIN = "int main(int argc, char **argv) {"
JAVA_MAIN = "public static void main(String[] args) throws Exception {"


@pytest.mark.parametrize(
    ("language", "source", "lines"),
    [
        pytest.param("c", 'puts("hi");', [C_MAIN, 'puts("hi");', "}"], id="c-one-statement"),
        pytest.param(
            "c", "int sq(int x) { return x * x; }\nprintf(\"%d\", sq(2));",
            ["int sq(int x) { return x * x; }", C_MAIN, 'printf("%d", sq(2));', "}"],
            id="c-a-function-stays-outside",
        ),
        pytest.param(
            "c", "int n = 3;\nint f(void) { return n; }\nprintf(\"%d\", f());",
            ["int n = 3;", "int f(void) { return n; }", C_MAIN, 'printf("%d", f());', "}"],
            id="c-a-variable-that-a-function-needs",
        ),
        pytest.param(
            "c", "struct P *mk(void) { return 0; }\nstruct P { int x; };\nstruct P p = {1};\nputs(\"\");",
            ["struct P *mk(void) { return 0; }", "struct P { int x; };", C_MAIN, "struct P p = {1};", 'puts("");', "}"],
            id="c-a-struct-a-function-that-returns-one-and-a-variable",
        ),
        pytest.param(
            "c", 'for (int i = 0; i < 3; i++) {\n  puts(";");\n}',
            [C_MAIN, "for (int i = 0; i < 3; i++) {", '  puts(";");', "}", "}"],
            id="c-semicolons-in-a-loop-and-in-a-text",
        ),
        pytest.param(
            "c", "int x; int f(void) { return 1; }\nif (x) puts(\"a\"); else puts(\"b\");",
            ["       int f(void) { return 1; }", C_MAIN, "int x; ", 'if (x) puts("a"); else puts("b");', "}"],
            id="c-half-a-line-keeps-its-columns",
        ),
        pytest.param(
            "c", "int g(int);\nint f(int x) { return g(x); }\nint g(int x) { return x; }\nreturn f(3);",
            ["int g(int);", "int f(int x) { return g(x); }", "int g(int x) { return x; }", C_MAIN, "return f(3);", "}"],
            id="c-a-prototype",
        ),
        pytest.param(
            "c++", "auto f = [](int x) { return x + 1; };\ncout << f(1);",
            [C_MAIN, "auto f = [](int x) { return x + 1; };", "cout << f(1);", "}"],
            id="c++-a-lambda-is-no-function",
        ),
        pytest.param(
            "c++", "template <typename T = int> T id(T x) { return x; }\nstruct A { int x; };\nA a{id(1)};\ncout << a.x;",
            ["template <typename T = int> T id(T x) { return x; }", "struct A { int x; };", C_MAIN, "A a{id(1)};", "cout << a.x;", "}"],
            id="c++-template-type-and-braces",
        ),
        pytest.param(
            "c++", "#define rep(i, n) for (int i = 0; i < n; i++)\nrep(i, 3) { cout << i; }",
            ["#define rep(i, n) for (int i = 0; i < n; i++)", C_MAIN, "rep(i, 3) { cout << i; }", "}"],
            id="c++-a-loop-macro",
        ),
        pytest.param(
            "c++", 'auto s = R"(int main() { ")";\nputs(s);',
            [C_MAIN, 'auto s = R"(int main() { ")";', "puts(s);", "}"],
            id="c++-main-in-a-raw-text",
        ),
        pytest.param(
            "java", "System.out.println(1);",
            ["class Main {", JAVA_MAIN, "System.out.println(1);", "}", "}"], id="java-one-statement",
        ),
        pytest.param(
            "java", "record P(int x) {}\nclass A { }\nint sq(int x) { return x; }\nnew A();\nRunnable r = () -> { };",
            ["class Main {", "record P(int x) {}", "static class A { }", "static int sq(int x) { return x; }",
             JAVA_MAIN, "new A();", "Runnable r = () -> { };", "}", "}"],
            id="java-types-and-methods-are-members",
        ),
        pytest.param(
            "java", "@Deprecated\nprivate <T> T id(T t) { return t; }\nint[] a = {1};\nfor (int x : a) id(x);",
            ["class Main {", "@Deprecated", "private static <T> T id(T t) { return t; }",
             JAVA_MAIN, "int[] a = {1};", "for (int x : a) id(x);", "}", "}"],
            id="java-annotation-and-type-parameter",
        ),
        pytest.param(
            "java", "public static void main(String[] args) { }",
            ["class Main {", "public static void main(String[] args) { }", "}"], id="java-a-main-without-a-class",
        ),
        pytest.param(
            "java", "void main() { }",
            ["class Main {", "public static void main() { }", f"{JAVA_MAIN} main(); }}", "}"],
            id="java-a-main-of-the-newest-kind",
        ),
        pytest.param(
            "java", "class Main { int x; }\nnew Main();",
            ["class Program {", "static class Main { int x; }", JAVA_MAIN, "new Main();", "}", "}"],
            id="java-the-name-is-taken",
        ),
        pytest.param(
            "csharp", "using System.Net;\nint F(int x) => x * 2;\nusing var s = new S();\nforeach (var x in xs) { F(x); }",
            ["class Program {", "static int F(int x) => x * 2;", "public static void Main(string[] args) {",
             "using var s = new S();", "foreach (var x in xs) { F(x); }", "}", "}"],
            id="csharp",
        ),
        pytest.param(
            "go", 'x := 5\nfmt.Println(\n\tstrings.Repeat("a", x))\nfunc f() int {\n\treturn 1\n}',
            ["package main", 'import "fmt"', 'import "strings"', "func f() int {", "\treturn 1", "}",
             "func main() {", "x := 5", "fmt.Println(", '\tstrings.Repeat("a", x))', "}"],
            id="go-imports-what-is-used",
        ),
        pytest.param(
            "go", 'import "fmt"\nfunc (p P) Show() { }\nfunc() { fmt.Println() }()',
            ["package main", 'import "fmt"', "func (p P) Show() { }", "func main() {", "func() { fmt.Println() }()", "}"],
            id="go-methods-and-functions-without-a-name",
        ),
        pytest.param(
            "rust", "#![allow(unused)]\nstruct P<'a> { x: &'a str }\nlet p = P { x: \"}\" };",
            ["#![allow(unused)]", "fn main() {", "struct P<'a> { x: &'a str }", 'let p = P { x: "}" };', "}"],
            id="rust-lifetimes-are-no-texts",
        ),
        pytest.param(
            "rust", 'let n: i32 = "5".parse()?;',
            ["fn main() -> Result<(), Box<dyn std::error::Error>> {", 'let n: i32 = "5".parse()?;', "Ok(())", "}"],
            id="rust-a-question-mark-needs-a-result",
        ),
        pytest.param(
            "kotlin", "fun f(x: Int): Int {\n  return x\n}\nval xs = listOf(1)\n  .map { f(it) }\nprintln(\"${xs.joinToString(\"-\")}\")",
            ["fun f(x: Int): Int {", "  return x", "}", "fun main(args: Array<String>) {", "val xs = listOf(1)",
             "  .map { f(it) }", 'println("${xs.joinToString("-")}")', "}"],
            id="kotlin-a-chain-over-lines",
        ),
        pytest.param(
            "scala", "def f(x: Int) = x\nprintln(f(1))",
            ["object Main extends App {", "def f(x: Int) = x", "println(f(1))", "}"], id="scala",
        ),
    ],
)  # fmt: skip
def test_what_lacks_a_main_gets_one(language: str, source: str, lines: list[str]) -> None:
    assert without_prelude(language, source) == lines


@pytest.mark.parametrize(
    ("language", "source"),
    [
        pytest.param("c", "int\nmain (void) { return 0; }", id="c-main"),
        pytest.param("c", "main() { puts(\"\"); }", id="c-main-without-a-type"),
        pytest.param("c", "#define BEGIN int main() {\nBEGIN puts(\"\"); }", id="c-main-in-a-macro"),
        pytest.param("c", "#ifdef X\nputs(\"\");\n#endif", id="c-conditional-lines"),
        pytest.param("c", "int f(int x) { return x; }", id="c-only-functions"),
        pytest.param("c", "/* int main() {} puts();", id="c-comment-without-an-end"),
        pytest.param("c", "puts(\"a\"; }", id="c-brackets-without-partners"),
        pytest.param("c", "// nothing\n", id="c-nothing"),
        pytest.param("c++", "auto main() -> int { }\nint x;", id="c++-main-with-a-trailing-type"),
        pytest.param("c++", "class A { void f() { g(); } };", id="c++-only-a-class"),
        pytest.param("java", "class A { public static void main(String[] a) { } }", id="java-main"),
        pytest.param("java", "class A { void main() { } }", id="java-instance-main"),
        pytest.param("java", "import java.util.*;\npublic class A { int x; }", id="java-only-a-class"),
        pytest.param("java", "interface A { int f(); }\nenum B { X }", id="java-only-types"),
        pytest.param("csharp", "class A { static void Main() { } }", id="csharp-main"),
        pytest.param("csharp", "namespace A { class B { static void Main() { } } }", id="csharp-namespace"),
        pytest.param("go", "package main\nfunc main() { f() }", id="go-main"),
        pytest.param("go", "package main\nfunc f() { g() }", id="go-only-functions"),
        pytest.param("rust", "fn main() { }", id="rust-main"),
        pytest.param("rust", "#[tokio::main]\nasync fn main() { }", id="rust-async-main"),
        pytest.param("rust", "pub fn f() { }\nconst X: i32 = 1;", id="rust-only-items"),
        pytest.param("kotlin", "fun main() { }\nfun f() = 1", id="kotlin-main"),
        pytest.param("kotlin", "suspend fun main(args: Array<String>) { }", id="kotlin-suspending-main"),
        pytest.param("scala", "object A extends App { println(1) }", id="scala-app"),
        pytest.param("scala", "object A { def main(args: Array[String]): Unit = {} }", id="scala-main"),
        pytest.param("scala", "@main def f() = println(1)", id="scala-3-main"),
        pytest.param("python", "print(1)", id="python-prints"),
        pytest.param("python", "x = (", id="python-broken"),
        pytest.param("python", "'''doc'''\nx = 1", id="python-ends-in-an-assignment"),
        pytest.param("python", "...", id="python-dots"),
        pytest.param("javascript", "console.log(1)", id="javascript-prints"),
        pytest.param("javascript", "import x from 'y'\n1", id="javascript-module"),
    ],
)  # fmt: skip
def test_other_programs_run_as_they_are(language: str, source: str) -> None:
    request = request_for(language, source)
    assert prepare(request, NAMES) == Prepared(request=request)


@pytest.mark.parametrize(("language", "source"), [("c", 'puts("");'), ("python", "1 + 1"), ("javascript", "1 + 1")])  # fmt: skip
def test_one_word_switches_it_off(language: str, source: str) -> None:
    request = replace(request_for(language, source), is_raw=True)
    assert prepare(request, NAMES) == Prepared(request=request)
    assert prepare(replace(request, is_raw=False), NAMES).request != request


@pytest.mark.parametrize("typed", ["python 2.7", "python2.7"])
def test_python_2_has_no_echo(typed: str) -> None:
    language, _, version = typed.partition(" ")
    request = replace(request_for("python", "1 + 1"), language=language, version=version or None)
    assert prepare(request, NAMES) == Prepared(request=request)


def test_several_sources_are_a_program_already_and_data_is_not() -> None:
    request = request_for("c", 'puts("");')
    with_source = replace(request, files=(*request.files, SourceFile(path="b.c", content=b"")))
    with_data = replace(request, files=(*request.files, SourceFile(path="b.txt", content=b"")))
    assert prepare(with_source, NAMES).request == with_source
    assert prepare(with_data, NAMES).request != with_data


@pytest.mark.parametrize("content", [b"puts(\xff);", b'puts("\0");', b"puts(1);" * 5000])
def test_what_nobody_typed_into_a_chat_stays(content: bytes) -> None:
    request = RunRequest(language="c", files=(SourceFile(path="main.c", content=content),))
    assert prepare(request, NAMES).request == request


def test_templates_by_the_hundred_need_no_stack() -> None:
    def deep_down(frames: int) -> None:
        if frames:
            deep_down(frames - 1)
        else:
            assert "int x;" in text_of(prepared("c++", "template<>" * 790 + "int x;"))

    deep_down(400)  # as where a bot reads a message, and more


PIECES = st.lists(
    st.sampled_from(
        ["int x = 1;", "f(x);", "if (x) { f(); }", "class", "struct A", "{", "}", "(", ")", ";", "<", ">",
         "=", '"a;b"', "'", "#include <x>", "\n", " ", "static", "public", "fn f", "func f", "fun f()", "main",
         "template", "using", "::", "->", "@A", "#[a]", "/*", "*/", "// c\n", "r#", '"""', "`", "é", "[", "]",
         "import a.b;", "else", "namespace", "extern", "return", "val x = 1", "x := 1\n", "? ", "case", "enum"]
    ),
    max_size=14,
)  # fmt: skip


@given(st.sampled_from(list(LANGUAGES)), PIECES.map(" ".join))
@example("java", "static")
@example("rust", "unsafe")
def test_no_text_breaks_it_and_every_line_has_a_number(language: str, source: str) -> None:
    made = prepared(language, source)
    if made.lines is None:
        return
    for at in range(-1, text_of(made).count("\n") + 5):
        assert 1 <= made.lines.member_line(at) <= source.count("\n") + 1


@given(st.sampled_from(WRAPPED), PIECES.map(" ".join))
def test_every_character_of_a_line_stands_where_its_number_says(language: str, source: str) -> None:
    made = prepared(language, source)
    if made.lines is None:
        return
    lines = text_of(made).split("\n")
    for number, line in enumerate(source.split("\n"), 1):
        # A line may be shared out between two places, but each part keeps its number.
        numbered = enumerate(lines, 1)
        parts = [part for at, part in numbered if made.lines.member_line(at) == number]
        assert not Counter("".join(line.split())) - Counter("".join(parts))


MAINS = {
    "c": "int main(void) { return 0; }",
    "c++": "int main() { cout << 1; }",
    "java": "class A { public static void main(String[] a) { f(); } }",
    "csharp": "class A { static void Main() { f(); } }",
    "go": "func main() { f() }",
    "rust": "fn main() { f(); }",
    "kotlin": "fun main() { f() }",
    "scala": "object A extends App { f() }",
}
BESIDE = st.lists(st.sampled_from(["int x = 1;", "f(x);", "int g(int y) { return y; }", "// c"]))


@given(st.sampled_from(WRAPPED), BESIDE, BESIDE)
def test_a_program_with_a_main_is_never_changed(
    language: str, before: list[str], after: list[str]
) -> None:
    request = request_for(language, "\n".join([*before, MAINS[language], *after]))
    assert prepare(request, NAMES) == Prepared(request=request)
