import math
from dataclasses import asdict, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.errors import InvalidJobError
from executor.limits import (
    DEFAULT_LIMITS,
    LEAST_MEMORY_BYTES,
    LimitsPatch,
    StagePatch,
    ceiling_over,
    resolve,
    twice,
    with_patience,
)
from executor.models import Limits, LimitsRequest

RUN = DEFAULT_LIMITS.run


def resolved(
    *,
    language: LimitsPatch | None = None,
    request: LimitsRequest | None = None,
    ceiling: Limits | None = None,
) -> Limits:
    return resolve(
        RUN,
        language=language or LimitsPatch(),
        request=request or LimitsRequest(),
        ceiling=ceiling or twice(RUN),
    )


def test_nothing_said_means_the_defaults() -> None:
    assert resolved() == RUN


@pytest.mark.parametrize(
    "memory", [RUN.memory_bytes // 2, RUN.memory_bytes * 2], ids=["down", "up"]
)
def test_a_language_replaces_the_default_up_or_down(memory: int) -> None:
    assert resolved(language=LimitsPatch(memory_bytes=memory)).memory_bytes == memory


def test_a_request_lowers_a_limit_and_leaves_the_others() -> None:
    limits = resolved(request=LimitsRequest(wall_seconds=1.5))
    assert limits == LimitsPatch(wall_seconds=1.5).over(RUN)


def test_a_request_for_more_gets_what_the_language_allows() -> None:
    limits = resolved(
        language=LimitsPatch(memory_bytes=100),
        request=LimitsRequest(memory_bytes=10**12, wall_seconds=10.0**9),
    )
    assert (limits.memory_bytes, limits.wall_seconds) == (100, RUN.wall_seconds)


def test_nothing_passes_the_ceiling() -> None:
    ceiling = LimitsPatch(memory_bytes=50, processes=3).over(RUN)
    limits = resolved(language=LimitsPatch(memory_bytes=100, processes=64), ceiling=ceiling)
    assert (limits.memory_bytes, limits.processes) == (50, 3)


@pytest.mark.parametrize("name", [f.name for f in fields(LimitsRequest)])
@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, -math.inf])
def test_a_limit_nothing_could_run_under_is_refused(name: str, value: float) -> None:
    with pytest.raises(InvalidJobError, match="more than zero, such as"):
        resolved(request=LimitsRequest(**{name: value}))  # type: ignore[arg-type]


def test_memory_in_which_no_process_fits_is_refused_with_an_example() -> None:
    with pytest.raises(
        InvalidJobError, match=r"at least 16 MiB, such as 128 MiB; it was 15\.9 MiB"
    ):
        resolved(request=LimitsRequest(memory_bytes=LEAST_MEMORY_BYTES - 100_000))


@given(
    language=st.integers(1, 10**12),
    request=st.none() | st.integers(LEAST_MEMORY_BYTES, 10**12),
    ceiling=st.integers(1, 10**12),
)
def test_the_result_is_never_above_ceiling_request_or_language(
    language: int, request: int | None, ceiling: int
) -> None:
    memory = resolved(
        language=LimitsPatch(memory_bytes=language),
        request=LimitsRequest(memory_bytes=request),
        ceiling=LimitsPatch(memory_bytes=ceiling).over(RUN),
    ).memory_bytes
    assert memory == min(x for x in (language, request, ceiling) if x is not None)


def test_the_ceiling_is_twice_the_limits_where_it_is_not_set() -> None:
    ceiling = ceiling_over(DEFAULT_LIMITS, StagePatch(run=LimitsPatch(memory_bytes=7)))
    assert ceiling.run.memory_bytes == 7
    assert ceiling.run.wall_seconds == 2 * RUN.wall_seconds
    assert ceiling.compile == twice(DEFAULT_LIMITS.compile)


def test_a_patch_has_every_field_of_limits() -> None:
    assert set(asdict(LimitsPatch())) == set(asdict(RUN))


def test_patience_is_wall_time_of_the_run_step_and_nothing_else() -> None:
    limits = with_patience(DEFAULT_LIMITS, 120.0)
    assert limits.compile == DEFAULT_LIMITS.compile
    assert limits.run == LimitsPatch(wall_seconds=RUN.wall_seconds + 120.0).over(RUN)
