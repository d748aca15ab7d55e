"""Nobody reads English who does not want to: each sentence of an answer comes from a catalogue.

A made-up language marks what was translated; whatever words are left unmarked are ours by mistake.
"""

import gettext
import re
import sys
import time

import pytest

from bot.demo import Message, Permission, StandIn
from bot.speech import catalogues
from bot.standing import MAINTENANCE
from bot.store import AuditEntry, Block
from executor import InvalidJobError, Job, Result, Status
from executor.paths import check_job
from tests.discord.bot_client import HI, WAIT_SECONDS, Bot, running_bot
from tests.discord.settings_client import Manager, import_file
from tests.fakes import FakeExecutor, prints
from tests.memory_store import MemoryStore
from tests.results import result, step

OPEN, CLOSE = "⟦", "⟧"
# What is no sentence: code, names of languages and files, sizes and times, marks of Discord.
NO_SENTENCE = re.compile(
    r"```.*?```|\\`\\`\\`.*?\\`\\`\\`|`[^`]*`|<[@#t:/][^>]*>|https?://\S+|\(https[^)]*\)"
    r"|\b(python|bash|c\+\+|javascript|java|ruby|cpython|CPU|MiB|KiB|ms|min|s|py|hi)\b|[0-9.,:]+",
    re.DOTALL,
)


class Marking(gettext.NullTranslations):
    """Puts every sentence into brackets, its places to fill outside of them."""

    def gettext(self, message: str) -> str:
        parts = re.split(r"(\{[^}]*\})", message)
        return "".join(p if p.startswith("{") or not p else f"{OPEN}{p}{CLOSE}" for p in parts)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)


@pytest.fixture(autouse=True)
def _marks_what_is_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the catalogue of German, the language of dan, mark what goes through it."""
    real = catalogues.catalogue
    marking = Marking()
    module = sys.modules["bot.speech.speaking"]  # the package has a function of that name
    monkeypatch.setattr(
        module, "catalogue", lambda language: marking if language == "de" else real(language)
    )


def left_over(message: Message) -> list[str]:
    """Return words in a message that went through no catalogue."""
    texts = [message.content, *(b["label"] for b in controls(message) if b.get("label"))]
    texts += [b["placeholder"] for b in controls(message) if b.get("placeholder")]
    for embed in message.embeds:
        texts += [embed.get("title", ""), embed.get("description", "")]
        texts.append(embed.get("footer", {}).get("text", ""))
    found = []
    for text in texts:
        rest = re.sub(rf"{OPEN}[^{CLOSE}]*{CLOSE}", " ", NO_SENTENCE.sub(" ", text))
        found += re.findall(r"[A-Za-z]{2,}", NO_SENTENCE.sub(" ", rest))
    return found


def controls(message: Message) -> list[dict[str, str]]:
    return [child for row in message.components for child in row["components"]]


async def spoken_to(bot: Bot) -> None:
    """Let dan use a command, from which the bot knows his language."""
    dan = bot.standin.users["dan"]
    dan.locale = "de"
    used = await bot.standin.slash(dan, bot.code, "help", {})
    help_ = await bot.standin.wait_for_response(used)
    assert left_over(help_) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HI, id="finished"),
        pytest.param("```\nhello there general\n```", id="no-language"),
        pytest.param("```brainfog\n1\n```", id="unknown-language"),
        pytest.param("```py\n\n```", id="empty"),
        pytest.param("hello", id="no-block"),
        pytest.param("```pyhton\n1\n```", id="typo"),
        pytest.param("python 9.9 ```py\n1\n```", id="unknown-version"),
    ],
)
async def test_what_a_message_gets_is_in_its_author_s_language(bot: Bot, text: str) -> None:
    await spoken_to(bot)
    answer = await bot.answer_to(text, user=bot.standin.users["dan"])
    assert OPEN in str(answer.embeds)
    assert left_over(answer) == []


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.INTERNAL_ERROR])
async def test_every_ending_is_in_its_author_s_language(
    bot: Bot, executor: FakeExecutor, status: Status
) -> None:
    await spoken_to(bot)
    ended = step(
        b"",
        name="compile" if status is Status.COMPILE_ERROR else "run",
        status=status,
        exit_code=1,
        signal="SIGSEGV" if status is Status.SIGNALLED else None,
    )
    executor.answer = lambda job: result(ended, job_id=job.id, language=job.language)
    answer = await bot.answer_to(user=bot.standin.users["dan"])
    assert set(left_over(answer)) <= {"SIGSEGV"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("```py\n1\n```\n```a.py\n1\n```\n```a.py/b.py\n1\n```", id="file-and-folder"),
        pytest.param("```py\n1\n```\n```a/../b.py\n1\n```", id="climbs-out"),
        pytest.param("```py\n1\n```\n```a//b.py\n1\n```", id="empty-part"),
        pytest.param("```py\n1\n```\n```b.py\n1\n```\n```b.py\n2\n```", id="same-name"),
    ],
)
async def test_what_the_executor_refuses_is_said_in_its_author_s_language(
    bot: Bot, executor: FakeExecutor, text: str
) -> None:
    await spoken_to(bot)

    def checked(job: Job) -> Result | Exception:
        try:
            check_job(job)
        except InvalidJobError as error:
            return error
        return prints(job)

    executor.answer = checked
    answer = await bot.answer_to(text, user=bot.standin.users["dan"])
    assert "Finished" not in answer.embeds[0]["title"]
    assert OPEN in str(answer.embeds)
    assert left_over(answer) == []


async def test_others_read_english_at_the_same_time(bot: Bot) -> None:
    await spoken_to(bot)
    answer = await bot.answer_to(user=bot.ben)
    assert OPEN not in str(answer.embeds) + str(answer.components)
    assert {"Finished", "Run", "again", "Delete"} <= set(left_over(answer))


async def test_moderators_read_their_language_and_the_log_is_the_server_s(
    standin: StandIn, executor: FakeExecutor
) -> None:
    store = MemoryStore()
    dan = standin.users["dan"]
    dan.locale = "de"
    async with running_bot(standin, executor, store) as bot:
        moderator = standin.guilds[0].roles["moderator"]
        standin.guilds[0].members[dan.id].roles.append(moderator)
        for name, options in (
            ("moderate block", {"member": bot.cleo, "duration": "1d", "reason": ""}),
            ("moderate blocks", {}),
            ("moderate unblock", {"member": bot.cleo}),
            ("moderate stop", {}),
            ("moderate statistics", {}),
            ("runs", {}),
            ("privacy about", {}),
            ("settings", {}),
        ):
            used = await standin.slash(dan, bot.code, name, options)
            answer = await standin.wait_for_response(used)
            assert left_over(answer) == [], name
        entries = await store.audits.page(standin.guilds[0].id)
    assert entries
    assert all(OPEN not in entry.detail for entry in entries)


@pytest.mark.parametrize(
    ("of_member", "of_server"),
    [
        pytest.param(True, True, id="a-member-here"),
        pytest.param(True, False, id="a-person-everywhere"),
        pytest.param(False, True, id="a-server"),
    ],
)
async def test_who_is_blocked_reads_so_in_their_language(
    standin: StandIn, executor: FakeExecutor, *, of_member: bool, of_server: bool
) -> None:
    dan, store = standin.users["dan"], MemoryStore()
    blocked = Block(
        user_id=dan.id if of_member else None,
        guild_id=standin.guilds[0].id if of_server else None,
        by_id=1,
        at=0,
        expires_at=time.time() + 3600,
    )
    await store.blocks.put(blocked, AuditEntry(guild_id=None, user_id=1, at=0, action="block.add"))
    async with running_bot(standin, executor, store) as bot:
        await spoken_to(bot)
        answer = await bot.answer_to(user=dan)
    assert "run programs" in str(answer.embeds)
    assert left_over(answer) == []


async def test_everybody_reads_of_maintenance_in_their_language(
    standin: StandIn, executor: FakeExecutor
) -> None:
    store = MemoryStore()
    await store.flags.put(MAINTENANCE, "")
    async with running_bot(standin, executor, store) as bot:
        await spoken_to(bot)
        answer = await bot.answer_to(user=standin.users["dan"])
    assert "looked after" in str(answer.embeds)
    assert left_over(answer) == []


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        pytest.param("limits: {cooldown: soon}", "limits cooldown soon", id="no-time"),
        pytest.param("limits: {cooldown: 5}", "limits cooldown", id="no-unit"),
        pytest.param("limits: {runs_per_hour: 0}", "limits runs_per_hour", id="out-of-range"),
        pytest.param("limits: {runs_per_hour: x}", "limits runs_per_hour x", id="no-number"),
        pytest.param("output: {live: 1, lines: []}", "output live lines", id="wrong-kinds"),
        pytest.param("output: {file_types: [a b]}", "output file_types a b", id="no-file-type"),
        pytest.param("a: &x 1\nb: *x", "", id="alias"),
        pytest.param("a: 1\na: 2", "a", id="key-twice"),
        pytest.param("{[a]: 1}", "", id="key-is-no-name"),
        pytest.param("--- {}\n--- {}", "", id="two-documents"),
        pytest.param("a: [1", "", id="open-bracket"),
        pytest.param("a: 'x", "", id="open-quote"),
        pytest.param("a: b: c", "", id="colon"),
        pytest.param("\ta: 1", "", id="tab"),
        pytest.param("a: |x", "", id="other-yaml"),
        pytest.param("a: !foo 1", "", id="tag"),
        pytest.param("log_channel: 2026-13-45", "timestamp", id="no-date"),
        pytest.param("roles: {only: [9]}", "roles only", id="foreign-role"),
        pytest.param("roles: {only: [1], except: [1]}", "roles", id="both-ways"),
        pytest.param("roles: none", "roles none only except", id="no-list"),
        pytest.param("languages: {default: pyhton}", "languages default pyhton", id="language"),
        pytest.param("lgo_channel: 1", "lgo_channel log_channel", id="key"),
        pytest.param("- 1", "", id="no-mapping"),
    ],
)
async def test_why_a_settings_file_does_not_fit_is_said_in_one_language(
    bot: Bot, standin: StandIn, text: str, typed: str
) -> None:
    dan = standin.users["dan"]
    dan.locale = "de"
    standin.guilds[0].members[dan.id].roles.append(standin.guilds[0].roles["moderator"])
    refused = await import_file(bot, text, dan)
    assert OPEN in refused.embeds[0]["description"]
    assert set(left_over(refused)) <= set(re.findall(r"[A-Za-z]+", typed))


@pytest.mark.parametrize("may_post", [True, False], ids=["posted", "not-permitted"])
async def test_a_posted_welcome_is_the_servers_and_its_failure_the_moderators(
    bot: Bot, standin: StandIn, may_post: bool
) -> None:
    dan = standin.users["dan"]
    dan.locale = "de"
    standin.guilds[0].members[dan.id].roles.append(standin.guilds[0].roles["moderator"])
    used = await standin.slash(dan, bot.code, "settings")
    manager = Manager(bot=bot, user=dan, panel=await standin.wait_for_response(used))
    await manager.pick(f"{OPEN}Go to another page{CLOSE}", "members")
    if not may_post:
        standin.faults.refuse(Permission.SEND_MESSAGES, bot.code)
    pressed = await manager.click(f"{OPEN}Post it here{CLOSE}")
    if may_post:
        posted = await standin.wait_for_message(lambda m: m.interaction is None)
        assert OPEN not in str(posted.embeds)
    else:
        refused = await standin.wait_for_message(
            lambda m: m.interaction is pressed and m is not manager.panel, WAIT_SECONDS
        )
        assert left_over(refused) == []
        assert "Send Messages" in refused.embeds[0]["description"]
        assert "log channel" not in refused.embeds[0]["description"]
