"""What a launcher takes from whoever asks it: what was designed, and nothing beside it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.sandbox.launcher.requests import Parser, RequestError, Roots, Spawn, Start
from tests.fuzz.requests import CEILING, LIMITS, SLOTS, VALID, check

PARSER = Parser(SLOTS, CEILING)
ROOTS, RUNNER, SPAWN = VALID[0], VALID[2], VALID[3]
IDS = [f"{number}-{request['op']}" for number, request in enumerate(VALID)]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["/", "..", "/etc/x", "/etc/../x", "0/../../victim", "\0", "\ud800"]),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def parse(request: object) -> object:
    return PARSER.parse(json.dumps(request).encode())


@pytest.mark.parametrize("request_", VALID, ids=IDS)
def test_what_the_executor_asks_for_is_taken(request_: dict[str, Any]) -> None:
    assert parse(request_)


def test_a_request_arrives_as_it_was_meant() -> None:
    assert parse(RUNNER) == Start(runner=0, warm=True, proc=False)
    spawn = parse(SPAWN)
    assert isinstance(spawn, Spawn)
    assert (spawn.slot, spawn.limits, spawn.numbers) == (
        3, (1 << 26, 16, 1.0), (80, 1 << 24, 99, 64, 0, 50),
    )  # fmt: skip
    roots = parse(ROOTS)
    assert isinstance(roots, Roots)
    assert roots.warm == ("/usr/bin/python3", {"TZ": "UTC"})


@pytest.mark.parametrize("request_", VALID, ids=IDS)
def test_no_field_may_be_missing_and_none_be_added(request_: dict[str, Any]) -> None:
    for name in request_:
        with pytest.raises(RequestError):
            parse({key: value for key, value in request_.items() if key != name})
    with pytest.raises(RequestError):
        parse({**request_, "base_": "/"})


@pytest.mark.parametrize(
    ("base", "field", "value"),
    [
        pytest.param(SPAWN, "slot", "0/../../victim", id="slot-that-is-a-path"),
        pytest.param(SPAWN, "slot", "0", id="slot-that-is-a-text"),
        pytest.param(SPAWN, "slot", SLOTS, id="slot-behind-the-last"),
        pytest.param(SPAWN, "slot", -1, id="slot-before-the-first"),
        pytest.param(SPAWN, "slot", 1.0, id="slot-with-a-point"),
        pytest.param(SPAWN, "slot", True, id="slot-that-is-true"),
        pytest.param(SPAWN, "limits", {**LIMITS, "memory_bytes": 1 << 50}, id="a-pebibyte"),
        pytest.param(SPAWN, "limits", {**LIMITS, "memory_bytes": "max"}, id="memory-in-words"),
        pytest.param(SPAWN, "limits", {**LIMITS, "cpus": float("nan")}, id="nan-cpus"),
        pytest.param(SPAWN, "limits", {**LIMITS, "cpus": float("inf")}, id="endless-cpus"),
        pytest.param(SPAWN, "limits", {**LIMITS, "cpus": 0}, id="no-cpu"),
        pytest.param(SPAWN, "limits", {**LIMITS, "processes": 65}, id="too-many-processes"),
        pytest.param(SPAWN, "limits", {**LIMITS, "swap": 1}, id="a-limit-too-much"),
        pytest.param(SPAWN, "limits", [1, 2, 3], id="limits-that-are-a-list"),
        pytest.param(SPAWN, "request", [80, 1 << 24, 99, 64, 0], id="a-number-too-few"),
        pytest.param(SPAWN, "request", [80, 1 << 40, 99, 64, 0, 0], id="a-tebibyte-of-disk"),
        pytest.param(SPAWN, "request", [80, 1 << 24, 99, 64, 0, "0"], id="a-number-in-words"),
        pytest.param(SPAWN, "runner", -1, id="runner-before-the-first"),
        pytest.param(SPAWN, "op", "__init__", id="an-attribute-of-the-launcher"),
        pytest.param(SPAWN, "op", ["spawn"], id="an-operation-that-is-a-list"),
        pytest.param(RUNNER, "proc", 1, id="a-flag-that-is-a-number"),
        pytest.param(RUNNER, "warm", ["/bin/sh", {}], id="an-interpreter-of-the-askers-own"),
        pytest.param(ROOTS, "base", "srv", id="base-that-is-relative"),
        pytest.param(ROOTS, "base", "/srv/../root", id="base-that-climbs"),
        pytest.param(ROOTS, "base", "/srv\0", id="base-with-a-nul"),
        pytest.param(ROOTS, "etc", ["/root"], id="etc-elsewhere"),
        pytest.param(ROOTS, "etc", ["/etc/../root"], id="etc-that-climbs"),
        pytest.param(ROOTS, "etc", ["/etc"], id="all-of-etc"),
        pytest.param(ROOTS, "etc", ["/etc/"], id="all-of-etc-with-a-slash"),
        pytest.param(ROOTS, "etc", "/etc/x", id="etc-that-is-a-text"),
        pytest.param(ROOTS, "etc", ["/etc/x"] * 4097, id="etc-without-end"),
        pytest.param(ROOTS, "etc_files", {"../x": ""}, id="a-file-that-climbs"),
        pytest.param(ROOTS, "etc_files", {"/x": ""}, id="a-file-from-the-top"),
        pytest.param(ROOTS, "etc_files", {"x": 1}, id="a-file-of-a-number"),
        pytest.param(ROOTS, "warm", {"path": "python3", "env": {}}, id="interpreter-of-no-place"),
        pytest.param(ROOTS, "warm", {"path": "/p", "env": {"A=B": ""}}, id="a-name-with-a-sign"),
        pytest.param(ROOTS, "warm", {"path": "/p", "env": {"A": "\0"}}, id="a-value-with-a-nul"),
        pytest.param(ROOTS, "warm", {"path": "/\ud800", "env": {}}, id="half-a-character"),
    ],
)
def test_what_is_out_of_range_is_refused(base: dict[str, Any], field: str, value: object) -> None:
    with pytest.raises(RequestError):
        parse({**base, field: value})


@pytest.mark.parametrize(
    "message", [b"", b"x", b"\xff", b"[]", b"1", b"null", b"{}", b"[" * 100000, b'{"op": "release"']
)
def test_what_is_no_request_is_refused(message: bytes) -> None:
    with pytest.raises(RequestError):
        PARSER.parse(message)


@given(valid=st.sampled_from(VALID), changes=st.data())
def test_whatever_stands_in_a_field_only_what_fits_is_taken(
    valid: dict[str, Any], changes: st.DataObject
) -> None:
    name = changes.draw(st.sampled_from(sorted(valid)))
    value = changes.draw(JSON)
    kept = valid[name]
    if isinstance(kept, dict) and kept and changes.draw(st.booleans()):
        value = {**kept, changes.draw(st.sampled_from(sorted(kept))): value}
    try:
        request = PARSER.parse(json.dumps({**valid, name: value}).encode())
    except RequestError:
        return
    check(request)
