"""Many members, a bot that is killed again and again, and a Discord that fails at random, by a seed."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.demo import Channel, StandIn, User
from bot.demo.state import Member
from tests.discord.bot_client import is_placeholder
from tests.discord.bot_process import BotProcess
from tests.discord.chaos_ledger import Asked, Ledger, Outcome, asks, words
from tests.discord.controls import controls_of

# A press of which nothing comes is repeated, as people do.
PATIENCE_SECONDS = 8.0

ROUTES = {
    "a reply": ("POST", "/channels/*/messages"),
    "an edit": ("PATCH", "/channels/*/messages/*"),
    "a deletion": ("DELETE", "/channels/*/messages/*"),
    "a reading": ("GET", "/channels/*/messages*"),
    "a press": ("POST", "/interactions/*"),
    "a press's result": ("PATCH", "/webhooks/*"),
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much happens.

    ``window`` messages are unanswered at once; kills come in the first 60 % of the messages, so that
    what one process leaks can be seen in the rest. ``trouble`` is the share of messages beside which
    something fails. ``privately`` is the share of direct messages, by ``private_members``: the bot
    answered each of them before anything fails, for Discord does not tell of channels new to it.
    """

    seed: int
    messages: int
    kills: int
    deleted_channels: int
    members: int = 100
    window: int = 16
    trouble: float = 0.35
    private_members: int = 8
    privately: float = 0.15
    paces_identifies: bool = False
    finish_seconds: float = 180.0


class Chaos:
    """Drives one run of a plan. ``folder`` is for the bot's store and log."""

    def __init__(self, standin: StandIn, folder: Path, plan: Plan) -> None:
        self._standin = standin
        self._plan = plan
        self._random = random.Random(plan.seed)  # noqa: S311 - repeatable, not secret
        self._bot = BotProcess(standin, folder)
        self._ledger = Ledger(standin)
        self._numbers = iter(range(10**9))
        self.outcome = Outcome(messages=plan.messages)
        standin.found_guilds(3, channels=10, roles=2)
        self._channels = [
            channel for guild in standin.guilds[2:] for channel in guild.channels.values()
        ]
        self._private: list[tuple[Channel, User]] = []
        self._erased: set[User] = set()
        self._members = [self._member(number) for number in range(plan.members)]

    async def run(self) -> Outcome:
        """Let it all happen, and return what became of it."""
        began = time.monotonic()
        try:
            await self._bot.start()
            await self._greet()
            await self._ask_all()
            self._standin.faults.clear()
            await self._wait_until(self._ledger.is_settled, self._plan.finish_seconds)
            self._ledger.judge(self.outcome)
            after = self._bot.measured()
            before = self.outcome.last_process
            self.outcome.last_process = {k: (before[k][0], after[k]) for k in after}
        finally:
            await self._bot.kill()
        self.outcome.seconds = time.monotonic() - began
        self.outcome.identifies = self._standin.identify_count
        self.outcome.resumes = self._standin.resume_count
        return self.outcome

    async def _greet(self) -> None:
        for user in self._members[: self._plan.private_members]:
            channel = self._standin.dm(user)
            await self._ask_in(channel, user)
            self._private.append((channel, user))
        await self._wait_until(lambda: not self._ledger.open(), self._plan.finish_seconds)

    async def _ask_all(self) -> None:
        plan = self._plan
        kills = set(self._random.sample(range(1, int(plan.messages * 0.6)), plan.kills))
        warm = int(plan.messages * 0.8)
        deletions = set(self._random.sample(range(1, plan.messages), plan.deleted_channels))
        for number in range(plan.messages):
            if number == warm:
                self.outcome.last_process = {k: (v, v) for k, v in self._bot.measured().items()}
            await self._ask()
            if number in kills:
                await self._kill()
            if number in deletions:
                await self._delete_channel()
            if self._random.random() < plan.trouble:
                await self._random.choice(self._troubles())()
            await self._wait_until(
                lambda: len(self._ledger.open()) < plan.window, self._plan.finish_seconds
            )

    async def _ask(self) -> None:
        busy = {one.message.author for one in self._ledger.open()} | self._erased
        free = [place for place in self._private if place[1] not in busy]
        if free and self._random.random() < self._plan.privately:
            await self._ask_in(*self._random.choice(free))
            return
        user = self._random.choice([one for one in self._members if one not in busy])
        await self._ask_in(self._random.choice(self._channels), user)

    async def _ask_in(self, channel: Channel, user: User) -> None:
        self.outcome.direct_messages += channel.is_dm
        token = self._token()
        text = f"{self._standin.mention} {self._program(token)}"
        message = await self._standin.say(channel, user, text)
        self._ledger.asked.append(Asked(message=message, token=token))

    async def _kill(self) -> None:
        self.outcome.faults["killed"] += 1
        await asyncio.sleep(self._random.random())
        await self._bot.kill()
        for _ in range(self._random.randrange(3)):
            await self._ask()
        await self._random.choice((self._delete, self._edit))()
        await self._bot.start()

    async def _delete_channel(self) -> None:
        self.outcome.faults["channel deleted"] += 1
        channel = self._channels.pop(self._random.randrange(len(self._channels)))
        for one in self._ledger.asked:
            one.is_gone |= one.message.channel is channel
        await self._standin.delete_channel(channel)

    def _troubles(self) -> Sequence[Callable[[], Awaitable[None]]]:
        return (
            [self._fail] * 4 + [self._lose_connection] * 2 + [self._delete, self._edit, self._erase]
        )

    async def _fail(self) -> None:
        name = self._random.choice(("a reply", "a reply", *ROUTES))
        route = ROUTES[name]
        status = self._random.choice((0, 429, 429, 500, 502, 503))
        is_done, is_global = self._random.random() < 0.5, self._random.random() < 0.5
        faults = self._standin.faults
        if status == 0:
            faults.hang_up_next(*route, is_done=is_done)
        elif status == 429:
            faults.fail_next(*route, status=429, retry_after=0.3, is_global=is_global)
        else:
            faults.fail_next(*route, status=status, is_done=is_done)
        self.outcome.faults[f"{name}: {status or 'no answer'}"] += 1

    async def _lose_connection(self) -> None:
        kind = self._random.choice(("4000", "reconnect", "resumable", "invalid", "forgotten"))
        self.outcome.faults[f"connection {kind}"] += 1
        match kind:
            case "4000":
                await self._standin.drop_gateway(4000)
            case "reconnect":
                await self._standin.ask_reconnect()
            case "forgotten":
                self._standin.forget_sessions()
                await self._standin.drop_gateway(4000)
            case _:
                await self._standin.invalidate_sessions(resumable=kind == "resumable")

    async def _delete(self) -> None:
        if chosen := self._some_message():
            self.outcome.faults["message deleted"] += 1
            chosen.is_gone = True
            await self._standin.delete(chosen.message)

    async def _edit(self) -> None:
        if chosen := self._some_message():
            self.outcome.faults["message edited"] += 1
            chosen.token = self._token()
            text = f"{self._standin.mention} {self._program(chosen.token)}"
            await self._standin.edit(chosen.message, text)

    async def _erase(self) -> None:
        """Let somebody who has all answers, and asks no more, have everything about them erased."""
        busy = {one.message.author for one in self._ledger.open()} | self._erased
        theirs = [
            one for one in self._ledger.asked if one.message.author not in busy and not one.is_gone
        ]
        if not theirs:
            return
        user = self._random.choice(theirs).message.author
        self.outcome.faults["member erased"] += 1
        self._erased.add(user)
        for one in self._ledger.asked:
            if one.message.author is user:
                one.is_erased = True
                for reply in self._ledger.replies(one):
                    reply.nonce = None  # Discord knows it for some minutes only
        await self._standin.slash(user, self._random.choice(self._channels), "privacy delete", {})

    def _some_message(self) -> Asked | None:
        after_greeting = self._ledger.asked[
            self._plan.private_members :
        ]  # by which channels are known
        recent = [
            one
            for one in after_greeting[-3 * self._plan.window :]
            if not one.is_gone and not one.is_erased
        ]
        return self._random.choice(recent) if recent else None

    def _token(self) -> str:
        return f"token-{next(self._numbers)}x"

    def _program(self, token: str) -> str:
        match self._random.randrange(10):
            case 0:
                wait_seconds = round(self._random.uniform(0.2, 2.5), 2)
                code = f"import time\nprint('begun', flush=True)\ntime.sleep({wait_seconds})"
                return f"```py\n{code}\nprint('{token}')\n```"
            case 1:
                return f"```sh\necho {token}; exit 3\n```"
            case _:
                return f"```py\nprint('{token}')\n```"

    async def _wait_until(self, is_so: Callable[[], bool], seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not is_so():
                    await self._press_what_says_so()
                    await asyncio.sleep(0.05)

    async def _press_what_says_so(self) -> None:
        """Press Run again below every reply that says that something came in between."""
        now = time.monotonic()
        for one in self._ledger.open():
            for reply in self._ledger.replies(one):
                again = controls_of(reply).get("Run again")
                is_due = now - one.pressed_at > PATIENCE_SECONDS
                if again is None or is_placeholder(reply) or not is_due or not asks(reply):
                    continue
                one.pressed_at = now
                self.outcome.presses += 1
                self.outcome.told_of_a_restart += "restarted" in words(reply)
                await self._standin.click(one.message.author, reply, again)

    def _member(self, number: int) -> User:
        world = self._standin.world
        user = User(id=world.ids.next(), name=f"member{number}", display_name=f"Member {number}")
        world.users_by_id[user.id] = user
        for guild in self._standin.guilds:
            guild.members[user.id] = Member(user=user, roles=[])
        return user
