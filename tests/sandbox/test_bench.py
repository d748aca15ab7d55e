"""`codecage bench` on this machine: it measures both sides of everything. How fast is not asked."""

import json
import os

import pytest

from tests.sandbox import host
from tests.sandbox.levels import open_folder, run_at

LEVEL = "A" if os.getuid() == 0 else "B"
pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(180)]


def test_every_figure_has_both_sides_from_the_same_run() -> None:
    before = host.snapshot()
    with open_folder() as folder:
        done = run_at(LEVEL, ["-m", "bot.cli", "bench", "--json", "--runs", "5"], folder)
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)

    assert set(found) == {"machine", "samples"}
    assert "cores, load" in found["machine"]
    names = [sample["name"].partition(" (")[0] for sample in found["samples"]]
    assert names == [
        "python: print",
        "python: 20 ms of CPU",
        "bash: echo",
        "python: 1 at once",
        "python: 8 at once",
        "mention to reply",
    ]
    for sample in found["samples"]:
        assert sample["n"] >= 5
        assert sample["unit"] in {"ms", "runs/s"}
        for side in ("ours", "baseline"):
            figures = sample[side]
            assert 0 < figures["p10"] <= figures["median"] <= figures["p90"]
        assert sample["ratio"] == sample["ours"]["median"] / sample["baseline"]["median"]
    host.assert_nothing_left(before)


def test_too_few_runs_say_nothing_and_are_refused() -> None:
    with open_folder() as folder:
        done = run_at(LEVEL, ["-m", "bot.cli", "bench", "--runs", "4"], folder)

    assert done.returncode == 2
    assert b"--runs" in done.stderr
