import pytest

from bot.store.address import shown


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("postgresql://me:secret@host:5432/name", "postgresql://me@host:5432/name"),
        ("postgresql://host/name?sslpassword=secret", "postgresql://host/name"),
        (
            "postgresql://host/name?password=secret&sslmode=require",
            "postgresql://host/name?sslmode=require",
        ),
        ("postgresql://host/name", "postgresql://host/name"),
        ("postgresql:///name?host=/run/postgresql", "postgresql:///name?host=/run/postgresql"),
    ],
)
def test_an_address_is_shown_without_secrets(url: str, plain: str) -> None:
    assert shown(url) == plain
