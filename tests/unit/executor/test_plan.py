from dataclasses import replace

import pytest

from executor.catalog import Language
from executor.limits import DEFAULT_LIMITS
from executor.models import SourceFile, StageLimits
from executor.plan import BASE_ENV, Plan, plan
from tests.unit.executor.languagespecs import language

PYTHON = language()
C = language(
    tools={"gcc": "/usr/bin/gcc"},
    name="c",
    extensions=[".c"],
    entry="main.c",
    compile={"argv": ["gcc", "-o", "main", "{sources}", "-lm"]},
    run={"argv": ["./main"]},
)
JAVA = language(
    tools={},
    name="java",
    extensions=[".java"],
    entry="Main.java",
    naming="java",
    compile={"argv": ["javac", "{sources}"]},
    run={"argv": ["java", "{main}"]},
)


def planned(
    chosen: Language = PYTHON,
    paths: tuple[str, ...] = ("main.py",),
    *,
    args: tuple[str, ...] = (),
    limits: StageLimits = DEFAULT_LIMITS,
    content: str = "",
) -> Plan:
    files = [SourceFile(path=path, content=content.encode()) for path in paths]
    return plan(chosen, files, args, limits)


def command(*argv: str) -> Language:
    return language(run={"argv": list(argv)})


def test_an_interpreted_program_is_one_step() -> None:
    (step,) = planned(args=("a", "-x")).steps
    assert step.name == "run"
    assert step.argv == ("/usr/bin/python3", "main.py", "a", "-x")
    assert step.limits == DEFAULT_LIMITS.run


def test_a_compiled_program_is_two_steps_and_only_the_second_gets_the_arguments() -> None:
    compile_step, run = planned(C, ("main.c",), args=("a",)).steps
    assert compile_step.argv == ("/usr/bin/gcc", "-o", "main", "main.c", "-lm")
    assert (compile_step.name, compile_step.limits) == ("compile", DEFAULT_LIMITS.compile)
    assert run.argv == ("./main", "a")


def test_all_files_of_the_language_are_compiled_and_others_are_not() -> None:
    step, _ = planned(C, ("prog.txt", "lib/util.C", "util.h", "data.csv")).steps
    assert step.argv[3:-1] == ("prog.txt", "lib/util.C")


@pytest.mark.parametrize("path", ["-c.py", "@args.py", "+x.py"])
def test_a_file_name_is_never_taken_for_an_option(path: str) -> None:
    assert planned(PYTHON, (path,)).steps[0].argv[1] == f"./{path}"


def test_arguments_stand_where_the_language_wants_them() -> None:
    (step,) = planned(command("x", "{args}", "{entry}"), args=("a", "b")).steps
    assert step.argv == ("x", "a", "b", "main.py")


def test_arguments_are_never_expanded() -> None:
    assert planned(args=("{entry}", "{args}")).steps[0].argv[2:] == ("{entry}", "{args}")


def test_numbers_come_from_the_limits_of_the_step() -> None:
    limits = replace(
        DEFAULT_LIMITS, run=replace(DEFAULT_LIMITS.run, cpus=1.5, memory_bytes=100 << 20)
    )
    (step,) = planned(command("x", "-m{memory_mb}", "{cpus}"), limits=limits).steps
    assert step.argv == ("x", "-m100", "2")


def test_the_environment_is_fixed_and_the_language_adds_to_it() -> None:
    (step,) = planned(language(env={"A": "1", "TERM": "xterm"})).steps
    assert dict(step.env) == {**BASE_ENV, "A": "1", "TERM": "xterm"}


@pytest.mark.parametrize(
    ("path", "args", "warm"),
    [
        pytest.param("main.py", (), "python", id="exactly-the-waiting-command"),
        pytest.param("other.py", (), None, id="other-file"),
        pytest.param("main.py", ("a",), "python", id="with-arguments"),
    ],
)
def test_a_warm_interpreter_serves_only_the_entry_it_knows(
    path: str, args: tuple[str, ...], warm: str | None
) -> None:
    assert planned(language(warm="python"), (path,), args=args).steps[0].warm == warm


def test_the_paths_below_etc_are_handed_on() -> None:
    assert planned().etc == ("/etc/x",)


def test_a_java_program_is_named_after_its_classes() -> None:
    source = "class A {} public class Foo { public static void main(String[] a) {} }"
    job = planned(JAVA, ("Main.java",), content=source)
    assert [file.path for file in job.files] == ["Foo.java"]
    assert [step.argv[1] for step in job.steps] == ["Foo.java", "Foo"]


def test_the_main_of_a_plain_language_is_its_entry_without_extension() -> None:
    assert planned(command("x", "{main}"), ("lib/tool.py",)).steps[0].argv == ("x", "tool")
