"""Every fuzz target with what is known to be hard for it, and under hypothesis with its own words."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import configs, frames, messages, replies, requests, trees

HERE = Path(__file__).parent
Target = Callable[[bytes], None]
TARGETS: dict[str, tuple[Target, tuple[bytes, ...]]] = {
    "configs": (configs.one, configs.SEEDS),
    "frames": (frames.one, frames.SEEDS),
    "messages": (messages.one, messages.SEEDS),
    "replies": (replies.one, replies.SEEDS),
    "requests": (requests.one, requests.SEEDS),
    "trees": (trees.one, trees.SEEDS),
}


def words(name: str) -> list[bytes]:
    """Return the words in a target's dictionary, which is written as libFuzzer reads it."""
    file = HERE / f"{name}.dict"
    if not file.exists():
        return [bytes([number]) for number in (*range(12), 0x7F, 0xFF)]
    literals = [f"b{line}" for line in file.read_text().splitlines() if line.startswith('"')]
    return [ast.literal_eval(literal) for literal in literals]


def inputs(name: str) -> st.SearchStrategy[bytes]:
    piece = st.sampled_from(words(name)) | st.binary(min_size=1, max_size=4)
    return st.lists(piece, max_size=40).map(b"".join)


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_hold(name: str) -> None:
    target, seeds = TARGETS[name]
    for seed in seeds:
        target(seed)
    assert seeds


@pytest.mark.parametrize("name", TARGETS)
@given(data=st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_input_breaks_it(name: str, data: st.DataObject) -> None:
    target, _ = TARGETS[name]
    target(data.draw(inputs(name)))
