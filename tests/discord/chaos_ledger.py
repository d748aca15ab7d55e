"""What the chaos asked the bot, what stands below it, and whether that is right."""

import re
from collections import Counter
from dataclasses import dataclass, field

from bot.demo import Message, StandIn
from bot.demo.events import Event
from tests.discord.bot_client import is_placeholder

TOKEN = re.compile(r"token-\d+x")


@dataclass(eq=False, kw_only=True)
class Asked:
    """One message of a member's, and what its program prints."""

    message: Message
    token: str
    is_gone: bool = False
    is_erased: bool = False  # the bot knows only that it was answered
    pressed_at: float = 0.0


@dataclass(kw_only=True)
class Outcome:
    """What became of it all."""

    messages: int = 0
    answered: int = 0
    gone: int = 0
    unanswered: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)
    told_of_a_restart: int = 0
    presses: int = 0
    direct_messages: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    identifies: int = 0
    resumes: int = 0
    seconds: float = 0.0
    last_process: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def is_flawless(self) -> bool:
        """Return whether every message that still exists has exactly one right reply."""
        return not (self.unanswered or self.wrong or self.twice or self.left_over)


class Ledger:
    """Knows every message of the members' and finds its replies.

    Args:
        standin: where all of it stands.
    """

    def __init__(self, standin: StandIn) -> None:
        self._standin = standin
        self._sent: Counter[int] = Counter()
        self.asked: list[Asked] = []
        standin.world.hub.subscribe(self._count)

    def open(self) -> list[Asked]:
        return [one for one in self.asked if not one.is_gone and not self.is_right(one)]

    def is_right(self, one: Asked) -> bool:
        return any(one.token in words(r) and not is_placeholder(r) for r in self.replies(one))

    def is_settled(self) -> bool:
        return not self.open() and not self.left_over()

    def left_over(self) -> list[Message]:
        """Return the bot's messages that answer nothing that still exists."""
        live = {one.message for one in self.asked if not one.is_gone}
        return [m for m in self._by_bot() if m.reply_to not in live and not m.is_ephemeral]

    def judge(self, outcome: Outcome) -> None:
        for one in self.asked:
            replies = self.replies(one)
            found = {token for reply in replies for token in TOKEN.findall(words(reply))}
            said = f"{one.token}: {[words(reply)[:200] for reply in replies]}"
            if self._sent[one.message.id] > 1 or len(replies) > 1:
                outcome.twice.append(said)
            if one.is_gone:
                outcome.gone += 1
            elif not replies:
                outcome.unanswered.append(said)
            elif found != {one.token} or not self.is_right(one):
                outcome.wrong.append(said)
            else:
                outcome.answered += 1
        outcome.messages = len(self.asked)
        outcome.left_over = [words(message)[:200] for message in self.left_over()]

    def _by_bot(self) -> list[Message]:
        world = self._standin.world
        return [one for one in world.messages.values() if one.author is world.bot]

    def replies(self, one: Asked) -> list[Message]:
        return [
            found
            for found in one.message.channel.messages.values()
            if found.reply_to is one.message
        ]

    def _count(self, event: Event) -> None:
        message = event.message
        if event.name == "MESSAGE_CREATE" and message is not None and message.reply_to is not None:
            self._sent[message.reply_to.id] += 1


def words(message: Message) -> str:
    return str(message.embeds[0].get("description")) if message.embeds else message.content


def asks(reply: Message) -> bool:
    """Return whether a reply says that its program did not run to its end, and to press a button."""
    return "restarted" in words(reply) or bool(
        reply.embeds and "Not now" in reply.embeds[0]["title"]
    )
