from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.cache import Build, CompileCache, cache_key
from executor.limits import DEFAULT_LIMITS
from executor.models import SourceFile
from executor.plan import Step
from tests.results import step

STEP = Step(
    name="compile", argv=("gcc", "main.c"), env=(("LANG", "C"),), limits=DEFAULT_LIMITS.compile
)
FILES = (SourceFile(path="main.c", content=b"int x;"), SourceFile(path="b.h", content=b"y"))
KEY = cache_key(("c", "12"), STEP, FILES)


def built(size: int) -> Build:
    return Build(
        step(name="compile"), (SourceFile(path="main", content=b"x" * size, executable=True),)
    )


def test_the_same_program_has_the_same_key() -> None:
    assert cache_key(("c", "12"), replace(STEP), tuple(FILES)) == KEY


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(cache_key(("c", "13"), STEP, FILES), id="version"),
        pytest.param(cache_key(("c++", "12"), STEP, FILES), id="language"),
        pytest.param(cache_key(("c", "12"), replace(STEP, argv=("gcc main.c",)), FILES), id="argv"),
        pytest.param(cache_key(("c", "12"), replace(STEP, env=()), FILES), id="environment"),
        pytest.param(
            cache_key(("c", "12"), replace(STEP, limits=DEFAULT_LIMITS.run), FILES), id="limits"
        ),
        pytest.param(cache_key(("c", "12"), STEP, FILES[::-1]), id="order"),
        pytest.param(cache_key(("c", "12"), STEP, FILES[:1]), id="fewer-files"),
        pytest.param(
            cache_key(("c", "12"), STEP, (replace(FILES[0], executable=True), FILES[1])), id="mode"
        ),
        pytest.param(
            cache_key(
                ("c", "12"),
                STEP,
                (replace(FILES[0], content=b"int x;y"), replace(FILES[1], content=b"")),
            ),
            id="bytes-moved-between-files",
        ),
    ],
)
def test_whatever_changes_the_result_changes_the_key(other: str) -> None:
    assert other != KEY


def test_what_was_put_is_returned() -> None:
    cache = CompileCache()
    cache.put("k", built(10))
    assert cache.get("k") == built(10)
    assert cache.get("other") is None


def test_the_least_recently_used_goes_first() -> None:
    cache = CompileCache(3000)
    for key in ("a", "b"):
        cache.put(key, built(1000))
    cache.get("a")
    cache.put("c", built(1000))
    assert [key for key in "abc" if cache.get(key) is not None] == ["a", "c"]


def test_warnings_of_the_compiler_are_kept_and_count() -> None:
    cache = CompileCache(3000)
    warned = Build(step(stderr=b"w" * 100, name="compile"), built(10).files)
    cache.put("k", warned)
    assert cache.get("k") == warned
    assert cache.size_bytes > 10 + 4 + 200 + 100


def test_what_is_larger_than_the_cache_is_not_kept_and_pushes_nothing_out() -> None:
    cache = CompileCache(3000)
    cache.put("a", built(1000))
    cache.put("b", built(4000))
    assert cache.get("b") is None
    assert cache.get("a") is not None


def test_a_result_too_large_replaces_the_old_one_by_nothing() -> None:
    cache = CompileCache(3000)
    cache.put("a", built(1000))
    cache.put("a", built(4000))
    assert (cache.get("a"), cache.size_bytes) == (None, 0)


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 1500))))
def test_the_size_is_never_above_the_capacity_and_never_wrong(puts: list[tuple[str, int]]) -> None:
    cache = CompileCache(3000)
    for key, size in puts:
        cache.put(key, built(size))
        assert cache.size_bytes <= 3000
        kept = [found for k in "abcde" if (found := cache.get(k)) is not None]
        assert len(kept) == len(cache)
        assert cache.size_bytes == sum(len(b.files[0].content) + 4 + 200 for b in kept)
