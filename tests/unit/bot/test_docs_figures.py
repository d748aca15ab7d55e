"""The figures that the documentation tells are those that were measured: benchmarks/*.json."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


def measured(name: str) -> Any:  # noqa: ANN401 - whatever the JSON holds
    return json.loads((ROOT / "benchmarks" / f"{name}.json").read_text("utf-8"))


def told(page: str, pattern: str) -> tuple[float, ...]:
    """Return the numbers in the one sentence of a page that fits; line breaks count as blanks."""
    text = " ".join((ROOT / page).read_text("utf-8").split())
    (found,) = re.findall(pattern.replace("#", r"([\d.,]*\d)"), text)
    numbers = found if isinstance(found, tuple) else (found,)
    return tuple(float(number.replace(",", "")) for number in numbers)


def test_how_fast_a_print_is() -> None:
    crowd = measured("crowd")
    ours, bare, count = told(
        "README.md", r"takes # ms where a bare `python3` takes # ms \(medians of #, two cores\)"
    )
    assert (ours, bare) == (crowd["alone_ms"]["median"], crowd["bare_alone_ms"]["median"])
    assert count == crowd["alone_ms"]["n"] == crowd["bare_alone_ms"]["n"]
    assert ", 2 cores," in crowd["machine"]


def test_how_fast_it_is_beside_hostile_programs() -> None:
    crowd = measured("crowd")
    numbers = told("README.md", "the same program takes # ms, and 95 of 100 end within # ms")
    beside = crowd["beside_15_hostile_ms"]
    assert numbers == (beside["median"], beside["p95"])
    assert crowd["lost"] == 0


def test_how_many_messages_kept_their_answers_through_faults_and_kills() -> None:
    chaos = measured("chaos")
    numbers = told(
        "README.md",
        r"Of # messages, with random faults of Discord's and # kills of the bot in between, each that"
        r" stayed got its answer, and none got two",
    )
    assert numbers == (chaos["messages"], chaos["faults"]["killed"])
    stayed = chaos["messages"] - chaos["deleted_with_their_replies"]
    assert chaos["answered_once_and_rightly"] == stayed
    assert chaos["answered_twice"] == chaos["without_a_reply"] == chaos["with_a_wrong_reply"] == []


def test_how_soon_a_bot_in_many_servers_is_ready_and_what_it_takes() -> None:
    servers = measured("servers")
    count, ours, mib, bare, bare_mib = told(
        "docs/operators.md",
        r"In # servers on two shards the bot was ready after # s \([^)]*\) and took # MiB;"
        r" a bare bot of discord\.py beside it # s and # MiB",
    )
    assert (count, servers["shards"]) == (servers["servers"], 2)
    for name, seconds, size in (("codecage", ours, mib), ("bare", bare, bare_mib)):
        assert seconds == pytest.approx(servers[name]["seconds_until_ready"]["median"], abs=0.5)
        assert size == pytest.approx(servers[name]["pss_mib"]["median"], abs=0.5)


def test_the_languages_that_the_readme_names_are_those_that_come_along() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    (names,) = re.findall(
        r"^\* \*\*(Python[^*]*)\*\*, as far as they are installed", text, re.MULTILINE
    )
    said = {one.lower() for one in re.split(", | and ", names)}
    assert said == {path.stem for path in (ROOT / "languages").glob("*.yaml")}


def test_as_many_languages_are_spoken_as_the_readme_says() -> None:
    spoken = {
        path.parents[1].name for path in (ROOT / "bot/speech/locale").glob("*/LC_MESSAGES/*.po")
    }
    assert len(spoken | {"en"}) == 7
    assert "* **Seven languages.**" in (ROOT / "README.md").read_text("utf-8")
