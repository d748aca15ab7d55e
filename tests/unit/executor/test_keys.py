import json
import stat
from pathlib import Path

import pytest

from executor.errors import ConfigError
from executor.keys import Key, KeyFile, Rate, Right, digest_of, new_secret
from executor.models import LimitsRequest

FULL = Key(
    name="full",
    digest=digest_of("secret"),
    created="2026-11-24T07:00:00+00:00",
    rate=Rate(5, 1.0),
    running=2,
    languages=frozenset({"python", "c"}),
    rights=frozenset({Right.METRICS}),
    limits=LimitsRequest(wall_seconds=2.5, memory_bytes=1024),
)


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "data" / "keys.json")


def test_a_key_is_found_by_its_secret_alone(file: KeyFile) -> None:
    file.add(FULL)
    assert file.find("secret") == FULL
    assert file.find("full") is None
    assert file.find(FULL.digest) is None
    assert file.find("") is None


def test_the_file_holds_no_secret_and_is_closed_to_others(file: KeyFile, tmp_path: Path) -> None:
    secret = new_secret()
    file.add(Key(name="a", digest=digest_of(secret)))
    path = tmp_path / "data" / "keys.json"
    assert secret not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]


def test_what_another_process_changes_holds_at_once(file: KeyFile, tmp_path: Path) -> None:
    assert file.find("secret") is None
    other = KeyFile(tmp_path / "data" / "keys.json")
    other.add(FULL)
    assert file.find("secret") == FULL
    other.remove("full")
    assert file.find("secret") is None
    (tmp_path / "data" / "keys.json").unlink()
    assert file.keys() == ()


def test_a_name_belongs_to_one_key(file: KeyFile) -> None:
    file.add(FULL)
    with pytest.raises(ConfigError, match="codecage keys remove full"):
        file.add(FULL)
    with pytest.raises(ConfigError, match="no key 'other'; there is full"):
        file.remove("other")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "keys.json: Invalid JSON"),
        ("{}", "keys: Field required"),
        ('{"keys": [{"name": "a"}]}', "keys.0.digest: Field required"),
        ('{"keys": [{"name": "a", "digest": "x", "more": 1}]}', "keys.0.more"),
        ('{"keys": [{"name": "a", "digest": "x", "rate": "fast"}]}', "'fast' is not a rate"),
        ('{"keys": [{"name": "a", "digest": "x", "rights": ["root"]}]}', "'root' is not a valid"),
    ],
)
def test_a_broken_file_is_told_and_opens_nothing(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        KeyFile(path).find("secret")
    assert told in str(caught.value)
    assert str(path) in str(caught.value)
    assert str(caught.value).endswith("make new keys with codecage keys add.")


@pytest.mark.parametrize("text", ["5/s", "100/m", "1000/h"])
def test_rates_are_written_as_they_are_read(text: str) -> None:
    assert str(Rate.parse(text)) == text


@pytest.mark.parametrize("text", ["", "5", "0/s", "-1/s", "5/d", "1.5/s", "5/s/s"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="for example"):
        Rate.parse(text)


def test_keys_are_kept_readable_for_people(file: KeyFile, tmp_path: Path) -> None:
    file.add(FULL)
    document = json.loads((tmp_path / "data" / "keys.json").read_text())
    assert document["keys"][0]["rate"] == "5/s"
    assert document["keys"][0]["limits"] == {"wall_seconds": 2.5, "memory_bytes": 1024}


def test_no_two_secrets_are_alike() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(len(secret) > 50 for secret in secrets)
