"""Every command line in the documentation is one that `codecage` has, with options that it takes."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bot.cli import codecage

ROOT = Path(__file__).parents[3]
PAGES = sorted(
    ("README.md", "CONTRIBUTING.md", *(f"docs/{one.name}" for one in (ROOT / "docs").glob("*.md")))
)
OF_THE_SCRIPT = {"test"}  # ./codecage answers it without Python


def command_lines(text: str) -> Iterator[list[str]]:
    """Yield the words after `codecage`, in code blocks and in quoted words that begin with it."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    quoted = re.findall(r"`((?:[A-Z_]+=\S+ )*(?:\./)?codecage [^`]+)`", text)
    for line in [*quoted, *(line for block in blocks for line in block.splitlines())]:
        found = re.search(r"(?:^|\./|/codecage/)codecage (\S.*)", line.split(" # ")[0])
        if found and (words := found[1].split())[0] not in OF_THE_SCRIPT:
            yield words


def command_of(words: list[str]) -> click.Command:
    """Return the command that ``words`` begin with, which are taken away."""
    command: click.Command = codecage
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        assert words[0] in command.commands, words
        command = command.commands[words.pop(0)]
    return command


@pytest.mark.parametrize("page", PAGES)
def test_every_command_line_is_one_that_there_is(page: str) -> None:
    for words in command_lines((ROOT / page).read_text("utf-8")):
        command = command_of(words)
        options = {name for one in command.params for name in one.opts} | {"--help"}
        assert {word.split("=")[0] for word in words if word.startswith("--")} <= options, words


def test_the_lines_of_the_readme_are_found() -> None:
    first = {words[0] for words in command_lines((ROOT / "README.md").read_text("utf-8")) if words}
    assert first >= {"up", "serve", "run", "doctor", "languages", "bench", "store", "keys"}
