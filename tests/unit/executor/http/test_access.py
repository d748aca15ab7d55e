"""Who may do what: every combination that an attacker or an operator would try."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from executor.http.access import Door, Gate, Visit, Visitor, is_loopback_host
from executor.http.problems import HttpError
from executor.keys import Key, Rate, Right
from executor.models import LimitsRequest

PLAIN = Key(name="plain", digest="")
STRONG = Key(name="strong", digest="", rights=frozenset(Right))
ALLOWED = "https://example.org"


@dataclass
class Known:
    keys: dict[str, Key] = field(default_factory=lambda: {"good": PLAIN, "strong": STRONG})

    def find(self, secret: str) -> Key | None:
        return self.keys.get(secret)


def gate(*, loopback: bool = True, auth: Any = "keys", cors: tuple[str, ...] = ()) -> Gate:  # noqa: ANN401
    return Gate(on_loopback=loopback, auth=auth, cors=cors, keys=Known())


def visit(**facts: Any) -> Visit:  # noqa: ANN401
    return Visit(**{"host": "127.0.0.1:2000", "writes": True, **facts})


def answer(at: Gate, who: Visit, door: Door = Door.RUN) -> int | str:
    """Return the status of a refusal, or the name of who was let in."""
    try:
        return at.admit(who, door).name
    except HttpError as error:
        return error.status


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, ""),
        ({"host": "localhost:2000"}, ""),
        ({"host": "localhost"}, ""),
        ({"host": "[::1]:2000"}, ""),
        ({"host": "127.9.9.9"}, ""),
        ({"host": "evil.example"}, 403),
        ({"host": "127.0.0.1.evil.example"}, 403),
        ({"host": "localhost.evil.example"}, 403),
        ({"host": ""}, 403),
        ({"host": "[::1"}, 403),
        ({"host": "evil.example", "authorization": "good"}, "plain"),
        ({"is_forwarded": True}, 401),
        ({"is_forwarded": True, "authorization": "Bearer good"}, "plain"),
        ({"authorization": "a key of another service"}, ""),
        ({"origin": "http://127.0.0.1:2000"}, ""),
        ({"origin": "http://127.0.0.1:3000"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "https://evil.example", "authorization": "good"}, 403),
        ({"origin": "http://evil.example", "host": "evil.example"}, 403),
        ({"origin": "https://evil.example", "writes": False}, ""),
    ],
    ids=str,
)
def test_on_loopback_no_key_is_needed_but_a_browser_s_page_is_no_local(
    facts: dict[str, object], said: int | str
) -> None:
    assert answer(gate(), visit(**facts)) == said


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, 401),
        ({"authorization": ""}, 401),
        ({"authorization": "wrong"}, 401),
        ({"authorization": "Bearer"}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": "Basic good"}, 401),
        ({"authorization": "good"}, "plain"),
        ({"authorization": "Bearer good"}, "plain"),
        ({"authorization": "bearer  good "}, "plain"),
        ({"authorization": "good", "host": "api.example.org"}, "plain"),
    ],
    ids=str,
)
def test_elsewhere_a_key_is_needed_whatever_the_host_header_says(
    facts: dict[str, object], said: int | str
) -> None:
    assert answer(gate(loopback=False), visit(**facts)) == said


def test_elsewhere_the_operator_may_do_without_keys() -> None:
    open_gate = gate(loopback=False, auth="none")
    assert answer(open_gate, visit(host="api.example.org")) == ""
    assert answer(open_gate, visit(host="api.example.org", is_forwarded=True)) == ""
    assert answer(open_gate, visit(host="a.example", origin="https://evil.example")) == 403


@pytest.mark.parametrize("auth", ["keys", "none"])
@pytest.mark.parametrize("loopback", [True, False], ids=["loopback", "elsewhere"])
@pytest.mark.parametrize(
    ("authorization", "said"), [(None, 401), ("good", 403), ("strong", "strong")]
)
def test_packages_are_changed_with_that_right_only(
    auth: str, loopback: bool, authorization: str | None, said: int | str
) -> None:
    at = gate(loopback=loopback, auth=auth)
    assert answer(at, visit(authorization=authorization), Door.PACKAGES) == said


@pytest.mark.parametrize(
    ("loopback", "facts", "said"),
    [
        (True, {}, ""),
        (True, {"is_forwarded": True}, 401),
        (True, {"host": "evil.example"}, 403),
        (False, {}, 401),
        (False, {"authorization": "good"}, 403),
        (False, {"authorization": "strong"}, "strong"),
    ],
    ids=str,
)
def test_metrics_are_for_this_machine_or_a_key_with_that_right(
    loopback: bool, facts: dict[str, object], said: int | str
) -> None:
    for auth in ("keys", "none"):
        assert answer(gate(loopback=loopback, auth=auth), visit(**facts), Door.METRICS) == said


def test_an_open_door_asks_nothing() -> None:
    who = visit(host="evil.example", is_forwarded=True, writes=False)
    assert answer(gate(loopback=False), who, Door.OPEN) == ""


@pytest.mark.parametrize(
    ("cors", "origin", "allowed"),
    [
        ((), ALLOWED, None),
        ((ALLOWED,), ALLOWED, ALLOWED),
        ((f"{ALLOWED}/",), ALLOWED, ALLOWED),
        ((ALLOWED,), "https://evil.example", None),
        ((ALLOWED,), None, None),
        (("*",), "https://any.example", "https://any.example"),
    ],
)
def test_pages_that_the_operator_names_may_read_and_write(
    cors: tuple[str, ...], origin: str | None, allowed: str | None
) -> None:
    at = gate(cors=cors)
    assert at.allowed_origin(origin) == allowed
    if origin is not None:
        assert answer(at, visit(origin=origin)) == (403 if allowed is None else "")


def test_a_key_brings_its_bounds_along() -> None:
    limits = LimitsRequest(wall_seconds=1.0)
    key = Key(name="me", digest="", rate=Rate(1, 1.0), running=3, limits=limits)
    at = Gate(on_loopback=False, auth="keys", cors=(), keys=Known({"k": key}))
    visitor = at.admit(visit(authorization="k"), Door.RUN)
    assert visitor.caller.owner == "key:me"
    assert (visitor.caller.running, visitor.caller.most) == (3, limits)
    assert Visitor().caller.owner == ""


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:80"])
def test_hosts_of_this_machine(host: str) -> None:
    assert is_loopback_host(host)
