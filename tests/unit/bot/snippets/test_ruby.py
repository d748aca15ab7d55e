"""How the last expression of a Ruby program tells its value, run with this machine's Ruby."""

import shutil
import subprocess
from pathlib import Path

import pytest

from bot.snippets.echo import ECHO_FILE
from bot.snippets.ruby import echo_ruby, without_frames

RUBY = shutil.which("ruby")
needs_ruby = pytest.mark.skipif(RUBY is None, reason="no Ruby: apt-get install ruby")


def run(source: str, folder: Path) -> tuple[str | None, bytes, bytes]:
    """Return what the program told, its standard error mended, and that of the plain program."""
    made = echo_ruby(source)
    assert made is not None
    (folder / "main.rb").write_text(made)
    said = subprocess.run([str(RUBY), "main.rb"], cwd=folder, capture_output=True, check=False)
    assert said.stdout == b""
    file = folder / ECHO_FILE
    told = file.read_text() if file.exists() else None
    (folder / "main.rb").write_text(source)
    plain = subprocess.run([str(RUBY), "main.rb"], cwd=folder, capture_output=True, check=False)
    return told, without_frames(said.stderr), plain.stderr


@needs_ruby
@pytest.mark.parametrize(
    ("source", "value"),
    [
        pytest.param("1 + 1", "2", id="sum"),
        pytest.param("x = 'é'\nx * 2 # why", '"éé"', id="text"),
        pytest.param("[3, 1, 2].sort", "[1, 2, 3]", id="list"),
        pytest.param("def sq(n)\n  return n * n\nend\nsq(4)", "16", id="method-with-a-return"),
        pytest.param("class A\n  def x = 5\nend\nA.new.x", "5", id="class"),
        pytest.param("__FILE__ == $0", "true", id="knows-that-it-is-the-program"),
        pytest.param("# frozen_string_literal: true\n'a'.frozen?", "true", id="magic-comment"),
        pytest.param("nil", None, id="nil-is-silent"),
        pytest.param("5\nreturn\n6", None, id="return-ends-it"),
        pytest.param("<<~T\n  a'b\n  #{1 + 1}\nT\n", '"a\'b\\n2\\n"', id="heredoc"),
    ],
)
def test_the_last_expression_is_told(source: str, value: str | None, tmp_path: Path) -> None:
    assert run(source, tmp_path) == (value, b"", b"")


@needs_ruby
@pytest.mark.parametrize(
    "source",
    [
        pytest.param("def f\n  raise 'oops'\nend\n\nf\n", id="in-a-method"),
        pytest.param("x = 1\nx.foo\n", id="at-the-top"),
        pytest.param("1 / 0", id="on-the-first-line"),
    ],
)
def test_a_failure_reads_as_without_us(source: str, tmp_path: Path) -> None:
    told, mended, plain = run(source, tmp_path)
    assert told is None
    assert mended == plain


@needs_ruby
def test_a_broken_program_is_told_its_own_line(tmp_path: Path) -> None:
    _, mended, _ = run("x = 1\ny = )\n", tmp_path)
    assert b"main.rb:2: syntax error" in mended
    assert b"eval" not in mended


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("puts 1", id="prints"),
        pytest.param("$stdout << 'a'", id="writes"),
        pytest.param("DATA.read\n__END__\nx", id="has-data"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_prints_or_must_be_a_file_is_left_alone(source: str) -> None:
    assert echo_ruby(source) is None
