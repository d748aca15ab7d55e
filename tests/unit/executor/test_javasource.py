import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.javasource import JavaNames, java_main_class, java_names, name_java_files
from executor.models import SourceFile

MAIN = "public static void main(String[] args) { }"


@pytest.mark.parametrize(
    ("source", "public_type", "main_type"),
    [
        pytest.param(f"public class Main {{ {MAIN} }}", "Main", "Main", id="the-usual"),
        pytest.param(f"class Foo {{ {MAIN} }}", None, "Foo", id="not-public"),
        pytest.param(f"class A {{ }} class B {{ {MAIN} }}", None, "B", id="helper-first"),
        pytest.param(
            f"public class A {{ static class Node {{ int x; }} {MAIN} }}",
            "A",
            "A",
            id="nested-first",
        ),
        pytest.param(
            f"public class A {{ static class Inner {{ {MAIN} }} }}",
            "A",
            None,
            id="only-nested-has-main",
        ),
        pytest.param(f"public final class A<T extends B> {{ {MAIN} }}", "A", "A", id="generic"),
        pytest.param(f"public record P(int x, int y) {{ {MAIN} }}", "P", "P", id="record"),
        pytest.param(f"public enum E {{ X, Y; {MAIN} }}", "E", "E", id="enum"),
        pytest.param(f"public interface I {{ {MAIN} }}", "I", "I", id="interface"),
        pytest.param("public @interface A { }", "A", None, id="annotation-type"),
        pytest.param(
            f"/* class X {{ */ // public class Y\nclass Z {{ {MAIN} }}", None, "Z", id="comments"
        ),
        pytest.param(
            f"class A {{ String s = \"}} class B {{\"; char c = '{{'; {MAIN} }}",
            None,
            "A",
            id="strings",
        ),
        pytest.param(
            f'class A {{ String s = """\n }} " class B {{ \\""" """; {MAIN} }}',
            None,
            "A",
            id="text-block",
        ),
        pytest.param(
            f'@SuppressWarnings({{"a"}}) public class A {{ {MAIN} }}',
            "A",
            "A",
            id="annotation-with-braces",
        ),
        pytest.param(
            f"class A {{ Class<?> c = String.class; {MAIN} }} public class B {{}}",
            "B",
            "A",
            id="literal",
        ),
        pytest.param("import java.util.*; void main() { }", None, None, id="compact-source-file"),
        pytest.param("public class", None, None, id="cut-short"),
        pytest.param("}}}} class A {", None, None, id="nonsense"),
    ],
)
def test_the_names_in_a_source_are_found(
    source: str, public_type: str | None, main_type: str | None
) -> None:
    names = java_names(source)
    assert (names.public_type, names.main_type) == (public_type, main_type)


def test_the_package_is_found() -> None:
    assert java_names("package a.b.c; class X {}").package == "a.b.c"


@given(st.text(alphabet="{}\"'/*\\\n class main void public A", max_size=200))
def test_any_text_is_read_without_an_error(source: str) -> None:
    assert isinstance(java_names(source), JavaNames)


def file(path: str, source: str) -> SourceFile:
    return SourceFile(path=path, content=source.encode())


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        pytest.param(("Main.java",), "Foo.java", id="nobody-named-it"),
        pytest.param(("Solution.java",), "Solution.java", id="somebody-named-it"),
        pytest.param(("Main.java", "Foo.java"), "Main.java", id="the-name-is-taken"),
    ],
)
def test_only_an_unnamed_entry_is_renamed(paths: tuple[str, ...], expected: str) -> None:
    files = [file(path, "public class Foo {}") for path in paths]
    assert name_java_files(files, entry="Main.java")[0].path == expected


def test_the_class_to_start_carries_its_package() -> None:
    assert java_main_class([file("Main.java", f"package p.q; class A {{ {MAIN} }}")]) == "p.q.A"


def test_the_class_to_start_may_stand_in_another_file() -> None:
    files = [
        file("A.java", "class A {}"),
        file("x.txt", MAIN),
        file("B.java", f"class B {{ {MAIN} }}"),
    ]
    assert java_main_class(files) == "B"


def test_without_a_main_the_entry_names_the_class() -> None:
    assert java_main_class([file("lib/Main.java", "void main() {}")]) == "Main"
