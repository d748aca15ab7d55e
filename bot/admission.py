"""Lets a request in or sends it away: by what is set here, by waits, and by quotas."""

import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot import settingtexts
from bot.errors import StoreError
from bot.languages import LanguageNames
from bot.models import Caller, Decision, Denied, Rules, RunRequest
from bot.policy import MemberState, allowed_languages, decide, owner_key
from bot.quotas import Quotas
from bot.ratelimit import Cooldown
from bot.settings.keeper import SettingsKeeper
from bot.settings.merge import rules_for
from bot.settings.values import ServerSettings
from bot.standing import Standing


@dataclass(slots=True)
class Turn:
    """What became of a request: a job to run now, or why it may not run.

    Whoever runs it sets ``is_free`` when it failed by our fault or never started: then it costs the
    member nothing.
    """

    decision: Decision
    is_free: bool = False


class Admission:
    """Who may run what now.

    Args:
        rules: the operator's.
        settings: what the servers chose.
        quotas: counts their runs.
        standing: knows who may run nothing at all.
        clock: seconds that only grow, for the waits.
    """

    def __init__(
        self,
        rules: Rules,
        settings: SettingsKeeper,
        quotas: Quotas,
        standing: Standing,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules
        self._settings = settings
        self._quotas = quotas
        self._standing = standing
        self._clock = clock
        self._cooldown = Cooldown()
        self._under_way: Counter[str] = Counter()

    async def refusal(self, caller: Caller) -> str | None:
        """Return the sentence for who may run nothing at all now; `None` for everybody else.

        Raises:
            StoreError: nobody knows.
        """
        return await self._standing.refusal(caller)

    async def rules_for(self, caller: Caller, names: LanguageNames) -> Rules:
        """Return what holds for a member in this place.

        Raises:
            StoreError: nobody knows what is set here.
        """
        settings = await self.settings_of(caller)
        return rules_for(caller, settings, self._rules, names)

    async def settings_of(self, caller: Caller) -> ServerSettings:
        """Return what is set where ``caller`` is.

        Raises:
            StoreError: nobody knows what is set here, or what that means as long as the server's
                channels and the caller's roles are not known.
        """
        if not caller.is_server_known:
            raise StoreError("Discord has not told of the server yet.")
        return await self._settings.of(caller.guild_id)

    async def answers_directly(self, caller: Caller) -> bool:
        """Return whether ``caller`` may get an answer directly that cannot stand where it was asked for.

        Raises:
            StoreError: nobody knows what is set here.
        """
        return self._rules.direct_messages and (await self.settings_of(caller)).answers_by_dm

    async def languages(self, caller: Caller, names: LanguageNames) -> tuple[str, ...]:
        """Return the languages that a member may use in this place, by their own names.

        Raises:
            StoreError: nobody knows what is set here.
        """
        return allowed_languages(await self.rules_for(caller, names), names)

    @asynccontextmanager
    async def turn(
        self,
        request: RunRequest,
        caller: Caller,
        rules: Rules,
        names: LanguageNames,
        *,
        job_id: str,
    ) -> AsyncGenerator[Turn, None]:
        """Yield the job that ``request`` becomes, to be run in the block; else why it may not run.

        It is under way until the block ends, starts the member's waits, and counts against quotas.
        A block that ends with an error, or in which the turn was made free, has cost nothing.

        Args:
            request: what is to run.
            caller: who asks.
            rules: what `rules_for` returned.
            names: what can run.
            job_id: the new job's.
        """
        person, now = owner_key(caller), self._clock()
        server_seconds = rules.server_cooldown_seconds
        waits = {person: rules.cooldown_seconds, f"{person}@{caller.guild_id}": server_seconds}
        state = MemberState(
            unfinished=self._under_way[person],
            wait_seconds=max(self._cooldown.left(key, now) for key in waits),
        )
        decision = decide(request, caller, names=names, rules=rules, state=state, job_id=job_id)
        if isinstance(decision, Denied):
            yield Turn(decision)
            return
        # Nobody else has had a turn since we looked, or messages at once would all be let in.
        self._under_way[person] += 1
        begun = {key: self._cooldown.start(key, now, seconds) for key, seconds in waits.items()}
        try:
            taken = await self._quotas.take(caller, rules)
            if taken.wait_seconds > 0:
                self._cancel(begun)
                yield Turn(
                    Denied(
                        reason=settingtexts.quota_used(taken.wait_seconds),
                        retry_after_seconds=taken.wait_seconds,
                    )
                )
                return
            turn = Turn(decision)
            try:
                yield turn
            except Exception:
                turn.is_free = True
                raise
            finally:
                if turn.is_free:
                    self._cancel(begun)
                    await self._quotas.give_back(caller, taken)
        finally:
            self._under_way[person] -= 1
            if not self._under_way[person]:
                del self._under_way[person]

    def _cancel(self, begun: Mapping[str, float]) -> None:
        for key, free_at in begun.items():
            self._cooldown.cancel(key, free_at)
