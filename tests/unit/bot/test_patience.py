"""What is tried again, how often, and what is not."""

import asyncio

import aiohttp
import discord
import pytest

from bot.ui.patience import LONG, insist, passes


class Response:
    """What discord.py's errors need of a response."""

    def __init__(self, status: int, headers: dict[str, str]) -> None:
        self.status = status
        self.reason = "on purpose"
        self.headers = headers


def refused(
    status: int,
    headers: dict[str, str] | None = None,
    kind: type[discord.HTTPException] = discord.HTTPException,
) -> discord.HTTPException:
    return kind(Response(status, headers or {}), {"code": 0, "message": "no"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(refused(500), True, id="500"),
        pytest.param(refused(503, kind=discord.DiscordServerError), True, id="503"),
        pytest.param(refused(429), True, id="429"),
        pytest.param(discord.RateLimited(60.0), True, id="a-long-limit"),
        pytest.param(aiohttp.ServerDisconnectedError(), True, id="no-answer"),
        pytest.param(ConnectionResetError(), True, id="reset"),
        pytest.param(TimeoutError(), True, id="too-late"),
        pytest.param(refused(400), False, id="400"),
        pytest.param(refused(403, kind=discord.Forbidden), False, id="403"),
        pytest.param(refused(404, kind=discord.NotFound), False, id="404"),
        pytest.param(discord.ClientException(), False, id="a-mistake-of-ours"),
        pytest.param(ValueError(), False, id="a-bug"),
    ],
)
def test_what_passes(error: Exception, expected: bool) -> None:
    assert passes(error) is expected


class Failing:
    """Fails with each of the errors in turn, then returns."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.tries = 0

    async def __call__(self) -> int:
        self.tries += 1
        if self.errors:
            raise self.errors.pop(0)
        return self.tries


def test_an_answer_outlasts_an_outage_of_an_hour_and_holds_nobody_up_for_more_than_a_minute() -> (
    None
):
    assert sum(LONG) > 3400
    assert max(LONG) <= 60


async def test_what_passes_is_tried_again() -> None:
    work = Failing(refused(500), ConnectionResetError())
    assert await insist(work, (0.0, 0.0)) == 3


async def test_after_the_last_wait_it_is_tried_once_more_and_then_fails() -> None:
    work = Failing(*(refused(500) for _ in range(3)))
    with pytest.raises(discord.HTTPException):
        await insist(work, (0.0, 0.0))
    assert work.tries == 3


async def test_what_nobody_wants_any_more_is_not_tried_again() -> None:
    work = Failing(*(refused(500) for _ in range(3)))
    with pytest.raises(discord.HTTPException):
        await insist(work, (0.0, 0.0), is_wanted=lambda: work.tries < 2)
    assert work.tries == 2


@pytest.mark.parametrize("error", [refused(400), ValueError()], ids=["400", "a-bug"])
async def test_what_does_not_pass_fails_at_once(error: Exception) -> None:
    work = Failing(error)
    with pytest.raises(type(error)):
        await insist(work, (0.0,))
    assert work.tries == 1


@pytest.mark.parametrize(
    ("error", "least_seconds"),
    [
        pytest.param(refused(429, {"Retry-After": "0.2"}), 0.2, id="as-long-as-discord-says"),
        pytest.param(discord.RateLimited(0.2), 0.2, id="as-long-as-discord-py-says"),
    ],
)
async def test_a_limit_is_waited_for(error: Exception, least_seconds: float) -> None:
    began = asyncio.get_running_loop().time()
    await insist(Failing(error), (0.0,))
    assert asyncio.get_running_loop().time() - began >= least_seconds


async def test_a_ban_is_waited_for_at_length() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await insist(Failing(refused(429, {"Retry-After": "soon"})), (0.0,))
