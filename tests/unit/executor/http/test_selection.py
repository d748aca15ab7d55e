"""Version selection as node-semver has it, over versions that real tools print."""

import pytest

from executor.http.selection import fits, offers, select, semantic
from executor.models import Runtime

PYTHONS = ("3.5.10", "3.9.1", "3.9.4", "3.10.0", "3.10.0-alpha.7", "3.11.0", "3.12.0")
OFFERED = offers(
    [
        *(Runtime(name="python", version=v, aliases=("py", "python3")) for v in PYTHONS),
        Runtime(name="php", version="8.0.2", aliases=("php8", "html")),
        Runtime(name="php", version="8.2.3"),
        Runtime(name="javascript", version="1.32.3", aliases=("deno-js",), runtime="deno"),
        Runtime(name="javascript", version="20.11.1", aliases=("js",), runtime="node"),
        Runtime(name="sh", version="0.5.12-2"),
        Runtime(name="05AB1E", version="1.0.1"),
        Runtime(name="gone", version="", installed=False),
    ]
)


@pytest.mark.parametrize(
    ("language", "wanted", "found"),
    [
        ("python", "*", "3.12.0"),
        ("python", "x", "3.12.0"),
        ("python", "3", "3.12.0"),
        ("python", "3.9", "3.9.4"),
        ("python", "3.x", "3.12.0"),
        ("python", "3.9.x", "3.9.4"),
        ("python", "~3.9.1", "3.9.4"),
        ("python", "^3.9", "3.12.0"),
        ("python", ">=3.5 <3.11", "3.10.0"),
        ("python", "3.5.10 || 3.9.1", "3.9.1"),
        ("python", "3.5 - 3.9", "3.9.4"),
        ("python", "v3.9.1", "3.9.1"),
        ("python", "=3.9.1", "3.9.1"),
        ("python", "<3.9", "3.5.10"),
        ("python", ">3.12", None),
        ("python", "1.2 - 2.3", None),
        ("python", "latest", None),
        ("python", "garbage", None),
        ("python", "3.10.0-alpha.7", "3.10.0-alpha.7"),
        ("python", ">=3.10.0-alpha.1 <3.10.0", "3.10.0-alpha.7"),
        ("python", "<3.10.0", "3.9.4"),
        ("py", "3.11", "3.11.0"),
        ("Python", "3.11", "3.11.0"),
        ("php", "*", "8.2.3"),
        ("php8", "*", "8.0.2"),
        ("html", "8.2.3", None),
        ("javascript", "*", "20.11.1"),
        ("javascript", "1.x", "1.32.3"),
        ("js", "*", "20.11.1"),
        ("sh", "*", "0.5.12"),
        ("sh", "0.5.12-2", "0.5.12"),
        ("05ab1e", "*", "1.0.1"),
        ("gone", "*", None),
        ("cobol", "*", None),
        ("python", " " * 5000 + "3", None),
        ("python", ">" * 200, None),
    ],
)
def test_the_newest_fitting_version_is_meant(language: str, wanted: str, found: str | None) -> None:
    offer = select(OFFERED, language, wanted)
    assert (offer and offer.version) == found


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("3.13.5", "3.13.5"),
        ("5.2", "5.2.0"),
        ("17", "17.0.0"),
        ("v20.19.2", "20.19.2"),
        ("1.8.0_352", "1.8.0"),
        ("0.5.12-2", "0.5.12"),
        ("12.2.0-14+deb12u1", "12.2.0"),
        ("3.14.0rc1", "3.14.0-rc.1"),
        ("3.15.0a2", "3.15.0-alpha.2"),
        ("3.10.0-alpha.7", "3.10.0-alpha.7"),
        ("02.03.04", "2.3.4"),
        ("5.36.0.1", "5.36.0"),
        ("nightly", "0.0.0"),
    ],
)
def test_what_a_tool_says_becomes_a_version_with_three_parts(said: str, seen: str) -> None:
    assert semantic(said) == seen
    assert fits(semantic(said), semantic(said))
