"""Many clients at once, some hostile and some that break off: what each of them got."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import aiohttp

Kind = Literal["honest", "hostile", "leaving"]

_MOSTLY: Final[tuple[Kind, ...]] = ("honest",) * 18
_HONEST: Final = {
    "python": 'print("{token}", input())',
    "bash": "read line; echo {token} $line",
    "c": '#include <stdio.h>\nint main(){{int n;scanf("%d",&n);printf("{token} %d\\n",n);}}',
}
_LANGUAGES: Final = ("python", "python", "python", "python", "bash", "c")
# None of them can end well; the bounds keep them short.
_HOSTILE: Final = (
    "while True: print('x' * 1000)",
    "x = bytearray(2**33)",
    "while True: pass",
    "import os\nwhile True: os.fork()",
    "import os; os.kill(os.getpid(), 11)",
    "import ctypes; ctypes.string_at(0)",
    "f = open('x', 'wb')\nwhile True: f.write(b'x' * 10**5)",
    "import os\nfor n in range(10**6): os.mkdir(str(n))",
)


@dataclass(frozen=True, slots=True)
class Planned:
    """One request to make, and what an honest one must print."""

    kind: Kind
    body: dict[str, Any]
    expected: str = ""


@dataclass(slots=True)
class Outcome:
    """What came of all requests. ``wrong`` says, in words, what should not have been."""

    counts: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    honest_seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


def plan(requests: int, seed: int) -> list[Planned]:
    """Return ``requests`` requests: of twenty, eighteen honest, one hostile, one that breaks off."""
    dice = random.Random(seed)  # noqa: S311 - to be repeatable
    kinds: list[Kind] = [*_MOSTLY, "hostile", "leaving"]
    planned = []
    for index in range(requests):
        kind = kinds[index % len(kinds)]
        if kind == "hostile":
            source = _HOSTILE[(index // len(kinds)) % len(_HOSTILE)]
            planned.append(Planned(kind, _body("python", source, run_timeout=2000)))
        elif kind == "leaving":
            planned.append(Planned(kind, _body("python", "import time; time.sleep(8)")))
        else:
            language = dice.choice(_LANGUAGES)
            # A few programs, so that compiled ones are found in the cache as in life.
            token = f"t{dice.randrange(10)}" if language == "c" else f"t{index}"
            source = _HONEST[language].format(token=token)
            planned.append(Planned(kind, _body(language, source, str(index)), f"{token} {index}\n"))
    return planned


async def soak(url: str, planned: list[Planned], clients: int) -> Outcome:
    """Make all requests, ``clients`` at a time."""
    outcome = Outcome()
    waiting = asyncio.Queue[Planned]()
    for request in planned:
        waiting.put_nowait(request)
    began = time.monotonic()

    async def client() -> None:
        async with aiohttp.ClientSession(base_url=url) as session:
            while not waiting.empty():
                await _make(session, waiting.get_nowait(), outcome)

    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client())
    outcome.seconds = time.monotonic() - began
    return outcome


async def _make(session: aiohttp.ClientSession, request: Planned, outcome: Outcome) -> None:
    began = time.monotonic()
    try:
        if request.kind == "leaving":
            async with asyncio.timeout(0.3):
                await _post(session, request.body)
        status, document = await _post(session, request.body)
    except TimeoutError:
        outcome.counts["left"] += 1
        return
    except aiohttp.ClientError as error:
        outcome.wrong.append(f"{request.kind}: {error!r}")
        return
    outcome.counts[request.kind] += 1
    if status != 200:
        outcome.wrong.append(f"{request.kind}: {status} {document}")
        return
    verdict = str(document["verdict"])
    outcome.verdicts[verdict] += 1
    if request.kind == "hostile":
        if verdict == "ok":
            outcome.wrong.append(f"{request.body['files']} ended well")
        return
    outcome.honest_seconds.append(time.monotonic() - began)
    if document["run"]["stdout"] != request.expected:
        outcome.wrong.append(f"expected {request.expected!r}: {document['run']}")


async def _post(session: aiohttp.ClientSession, body: object) -> tuple[int, dict[str, Any]]:
    async with session.post("/api/v2/execute", json=body) as response:
        return response.status, await response.json()


def _body(language: str, source: str, stdin: str = "", **more: object) -> dict[str, Any]:
    files = [{"content": source}]
    return {"language": language, "version": "*", "files": files, "stdin": stdin, **more}
