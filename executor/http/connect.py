"""`/connect`: one job per WebSocket, its output as it comes, its input as it is typed.

The messages are Piston's: `init`, `data`, `signal` from the client; `runtime`, `stage`, `data`, `exit`,
`error` from us. Ours beside them: `eof` and `cancel` from the client, `queued` and `result` from us.
"""

import asyncio
from collections.abc import Mapping
from enum import Enum
from typing import Final

from aiohttp import WSMessage, WSMsgType, web

from executor.errors import ExecutorError, InvalidJobError
from executor.http.access import Visitor
from executor.http.bodies import Bounds, parse_json
from executor.http.encoding import LiveText, text_bytes
from executor.http.jobs import Jobs
from executor.http.piston import Request
from executor.http.problems import HttpError, json_bytes
from executor.http.replies import about, signal_number, stage_document
from executor.http.visits import SOCKET_PROTOCOL, note, visitor_of
from executor.interfaces import Run
from executor.models import (
    Finished,
    Output,
    Queued,
    Result,
    StageFinished,
    StageStarted,
    StepResult,
    Stream,
)
from executor.paths import MAX_STDIN_BYTES

_INIT_SECONDS: Final = 1.0
_MESSAGE_BYTES: Final = 8 * 1024 * 1024  # all of a program, escaped; long input comes in pieces
_HEARTBEAT_SECONDS: Final = 20.0
_FAREWELL_SECONDS: Final = 2.0
_LIVE_KEYS: Final = (
    "code", "signal", "message", "status", "verdict", "truncated", "stdout_bytes", "stderr_bytes",
    "total_bytes", "memory", "cpu_time", "wall_time", "notes",
)  # fmt: skip


class Ending(Enum):
    """Why we close: code and reason, as Piston's clients know them."""

    ALREADY_INITIALIZED = (4000, b"Already Initialized")
    INITIALIZATION_TIMEOUT = (4001, b"Initialization Timeout")
    NOTIFIED_ERROR = (4002, b"Notified Error")
    NOT_YET_INITIALIZED = (4003, b"Not yet initialized")
    CAN_ONLY_WRITE_TO_STDIN = (4004, b"Can only write to stdin")
    INVALID_SIGNAL = (4005, b"Invalid signal")
    JOB_COMPLETED = (4999, b"Job Completed")


class _EndingError(Exception):
    """The conversation is over for this reason."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.value[1].decode())
        self.ending = ending


class ConnectRoutes:
    """`/connect`.

    Args:
        jobs: reads and starts what is sent.
        bounds: how large a message may be.
        init_seconds: how long the first message may take.
    """

    def __init__(self, jobs: Jobs, bounds: Bounds, init_seconds: float = _INIT_SECONDS) -> None:
        self._jobs = jobs
        self._bounds = bounds
        self._init_seconds = init_seconds

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Answer ``GET /api/v2/connect``."""
        socket = web.WebSocketResponse(
            protocols=(SOCKET_PROTOCOL,),
            heartbeat=_HEARTBEAT_SECONDS,
            timeout=_FAREWELL_SECONDS,
            max_msg_size=min(self._bounds.body_bytes, _MESSAGE_BYTES),
        )
        await socket.prepare(request)
        session = _Session(socket, self._jobs, visitor_of(request))
        try:
            asked = await session.first_message(self._init_seconds)
            note(request, job_id=asked.job.id, language=asked.job.language)
            result = await session.converse(asked)
            note(request, verdict=result.status.value)
            ending = session.ending or Ending.JOB_COMPLETED
        except _EndingError as error:
            ending = error.ending
        except (ExecutorError, HttpError) as error:
            await session.send({"type": "error", "message": str(error)})
            ending = Ending.NOTIFIED_ERROR
        code, reason = ending.value
        await socket.close(code=code, message=reason)
        return socket


class _Session:
    """One conversation. ``ending`` is set when the client broke the protocol while a job ran."""

    def __init__(self, socket: web.WebSocketResponse, jobs: Jobs, visitor: Visitor) -> None:
        self._socket = socket
        self._jobs = jobs
        self._visitor = visitor
        self._live = LiveText()
        self._input: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._input_bytes = 0
        self.ending: Ending | None = None

    async def send(self, document: Mapping[str, object]) -> None:
        """Send one message; whoever has gone misses nothing."""
        try:
            await self._socket.send_str(json_bytes(document).decode())
        except ConnectionError:
            return

    async def first_message(self, seconds: float) -> Request:
        """Wait for ``init`` and return what it asks for.

        Raises:
            _EndingError: it does not come in time, or another message comes first.
            InvalidJobError: something in it does not fit.
            HttpError: the caller may not, or too often.
        """
        try:
            async with asyncio.timeout(seconds):
                message = await self._socket.receive()
        except TimeoutError:
            raise _EndingError(Ending.INITIALIZATION_TIMEOUT) from None
        if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
            raise _EndingError(Ending.INITIALIZATION_TIMEOUT)  # they have gone
        fields = _fields(message)
        if fields.get("type") != "init":
            raise _EndingError(Ending.NOT_YET_INITIALIZED)
        self._jobs.charge(self._visitor)
        return self._jobs.read(fields, self._visitor, interactive=True)

    async def converse(self, asked: Request) -> Result:
        """Run the job to its end; the client's leaving ends it.

        Raises:
            ExecutorError: it could not be run.
        """
        run = await self._jobs.start(asked.job)
        failure: ExecutorError | None = None
        try:
            await self.send(
                {
                    "type": "runtime",
                    "language": asked.offer.runtime.name,
                    "version": asked.offer.version,
                }
            )
            async with asyncio.TaskGroup() as group:
                helpers = [
                    group.create_task(self._listen(run)),
                    group.create_task(self._feed(run)),
                ]
                try:
                    await self._tell(run)
                except ExecutorError as error:
                    failure = error
                for helper in helpers:
                    helper.cancel()
        except asyncio.CancelledError:  # the client has gone away, or we stop
            await run.cancel()
            raise
        if failure is not None:
            raise failure
        return await run.result()

    async def _tell(self, run: Run) -> None:
        """Pass on what happens until nothing more does."""
        async for event in run:
            match event:
                case Queued(position=position):
                    await self.send({"type": "queued", "position": position})
                case StageStarted(name=name):
                    await self.send({"type": "stage", "stage": name})
                case Output(stream=stream, data=data):
                    await self._data(stream, self._live.feed(stream, data))
                case StageFinished(step=step):
                    await self._stage_finished(step, run.job_id)
                case Finished(result=result):
                    await self.send({"type": "result", **about(result)})

    async def _stage_finished(self, step: StepResult, job_id: str) -> None:
        for stream in Stream:
            rest = self._live.end(stream)
            if not step.truncated:  # else it is a character that the cut has split
                await self._data(stream, rest)
        stage = stage_document(step, job_id)
        told = {key: stage[key] for key in _LIVE_KEYS}
        await self.send({"type": "exit", "stage": step.name, **told})

    async def _data(self, stream: Stream, text: str) -> None:
        if text:
            await self.send({"type": "data", "stream": stream.value, "data": text})

    async def _listen(self, run: Run) -> None:
        """Do what the client says until it leaves or breaks the protocol; both end the job."""
        try:
            async for message in self._socket:
                await self._heard(_fields(message), run)
        except _EndingError as error:
            self.ending = error.ending
        except (InvalidJobError, HttpError) as error:
            await self.send({"type": "error", "message": str(error)})
            self.ending = Ending.NOTIFIED_ERROR
        await run.cancel()

    async def _heard(self, fields: Mapping[str, object], run: Run) -> None:
        match fields.get("type"):
            case "init":
                raise _EndingError(Ending.ALREADY_INITIALIZED)
            case "data":
                self._queue_input(fields)
            case "eof":
                self._input.put_nowait(None)
            case "cancel":
                await run.cancel()
            case "signal":
                try:
                    number = signal_number(str(fields.get("signal")))
                except ValueError:
                    raise _EndingError(Ending.INVALID_SIGNAL) from None
                await run.signal(number)
            case _:
                return  # Piston passes over what it does not know

    def _queue_input(self, fields: Mapping[str, object]) -> None:
        if fields.get("stream") != "stdin":
            raise _EndingError(Ending.CAN_ONLY_WRITE_TO_STDIN)
        data = fields.get("data")
        if not isinstance(data, str):
            raise InvalidJobError("data must be a string")
        content = text_bytes(data)
        self._input_bytes += len(content)
        if self._input_bytes > MAX_STDIN_BYTES:
            raise InvalidJobError("There was too much standard input.")
        if content:
            self._input.put_nowait(content)

    async def _feed(self, run: Run) -> None:
        """Pass input on as fast as the program reads it; who listens must not wait for that."""
        while (data := await self._input.get()) is not None:
            await run.write_stdin(data)
        await run.close_stdin()


def _fields(message: WSMessage) -> Mapping[str, object]:
    parsed = parse_json(message.data)
    return parsed if isinstance(parsed, Mapping) else {}
