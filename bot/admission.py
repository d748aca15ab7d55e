"""Lets a request in or sends it away: by what is set here, by waits, and by quotas."""

import time
from collections.abc import Callable

from bot import settingtexts
from bot.languages import LanguageNames
from bot.models import Allowed, Caller, Decision, Denied, Rules, RunRequest
from bot.policy import MemberState, allowed_languages, decide, owner_key
from bot.quotas import Quotas
from bot.ratelimit import Cooldown
from bot.settings.keeper import SettingsKeeper
from bot.settings.merge import rules_for
from bot.settings.values import ServerSettings
from bot.standing import Standing


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
        settings = await self._settings.of(caller.guild_id)
        return rules_for(caller, settings, self._rules, names)

    async def settings_of(self, caller: Caller) -> ServerSettings:
        """Return what is set where ``caller`` is.

        Raises:
            StoreError: nobody knows what is set here.
        """
        return await self._settings.of(caller.guild_id)

    async def languages(self, caller: Caller, names: LanguageNames) -> tuple[str, ...]:
        """Return the languages that a member may use in this place, by their own names.

        Raises:
            StoreError: nobody knows what is set here.
        """
        return allowed_languages(await self.rules_for(caller, names), names)

    async def decide(
        self,
        request: RunRequest,
        caller: Caller,
        rules: Rules,
        names: LanguageNames,
        *,
        unfinished: int,
        job_id: str,
    ) -> Decision:
        """Return the job that ``request`` becomes; it counts as run then. Else why it may not run.

        Args:
            request: what is to run.
            caller: who asks.
            rules: what `rules_for` returned.
            names: what can run.
            unfinished: how many of the member's runs wait or run.
            job_id: the new job's.
        """
        person, now = owner_key(caller), self._clock()
        member = f"{person}@{caller.guild_id}"
        wait_seconds = max(self._cooldown.left(person, now), self._cooldown.left(member, now))
        decision = decide(
            request,
            caller,
            names=names,
            rules=rules,
            state=MemberState(unfinished=unfinished, wait_seconds=wait_seconds),
            job_id=job_id,
        )
        if isinstance(decision, Allowed):
            self._cooldown.start(person, now, rules.cooldown_seconds)
            self._cooldown.start(member, now, rules.server_cooldown_seconds)
            if (wait_seconds := await self._quotas.take(caller, rules)) > 0:
                return Denied(
                    reason=settingtexts.quota_used(wait_seconds), retry_after_seconds=wait_seconds
                )
        return decision
