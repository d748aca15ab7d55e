"""What would shut people out, or wipe what is set, is asked about first."""

import pytest

from bot.demo import Message, StandIn
from bot.settings.keeper import ACTION
from bot.store import AuditEntry, Document
from tests.discord.bot_client import Bot, running_bot
from tests.discord.settings_client import Manager, import_file, open_panel
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def description(reply: Message) -> str:
    text: str = reply.embeds[0]["description"]
    return text


async def test_what_would_lock_moderators_out_is_asked_about_first(bot: Bot) -> None:
    manager = await open_panel(bot)
    await manager.choose("Which languages", "Only the chosen languages")
    await manager.choose("python")
    assert "Really?" in manager.text
    assert "No language would be left" in manager.text
    assert b"only: []" in manager.panel.attachments[0].content
    assert "Finished" in (await bot.answer_to()).embeds[0]["title"]
    await manager.press("Leave it as it is")
    assert manager.panel.attachments == []
    assert "**Everywhere** • only bash" in manager.text
    await manager.choose("python")
    await manager.press("Do it all the same")
    assert "**Everywhere** • only nothing" in manager.text
    assert manager.panel.attachments == []
    assert "switched off here" in description(await bot.answer_to())


async def test_a_list_that_leaves_everyone_nothing_is_asked_about_first(bot: Bot) -> None:
    everyone_id = bot.standin.guilds[0].id
    asked = await import_file(bot, f"languages: {{roles: {{{everyone_id}: {{only: []}}}}}}")
    assert "No language would be left" in description(asked)
    assert "Finished" in (await bot.answer_to()).embeds[0]["title"]


async def test_what_locked_moderators_out_before_is_not_asked_again(bot: Bot) -> None:
    manager = await open_panel(bot)
    await manager.go("Channels & roles")
    await manager.pick("Choose roles", bot.standin.guilds[0].roles["member"].id)
    assert "No role with Manage Server would be left" in manager.text
    await manager.press("Do it all the same")
    await manager.pick("Choose channels", bot.code.id)
    assert f"**Channels** • only <#{bot.code.id}>" in manager.text


async def test_the_question_outlives_a_restart(
    standin: StandIn, executor: FakeExecutor, store: MemoryStore
) -> None:
    async with running_bot(standin, executor, store) as bot:
        asked = await import_file(bot, "channels: {only: []}")
    async with running_bot(standin, executor, store) as bot:
        manager = Manager(bot=bot, user=bot.ben, panel=asked)
        assert "No channel would be left" in manager.text
        await manager.press("Do it all the same")
        assert "**" in manager.text
        reply = await bot.answer_to()
        assert "Finished" not in reply.embeds[0]["title"]


async def test_a_yes_to_what_changed_meanwhile_changes_nothing(bot: Bot) -> None:
    manager, other = await open_panel(bot), await open_panel(bot, bot.standin.users["ada"])
    await manager.choose("Which languages", "Only the chosen languages")
    await manager.choose("python")
    await other.go("Output")
    await other.choose("Files", "Files")
    pressed = await manager.click("Do it all the same")
    refused = await bot.standin.wait_for_response(pressed)
    assert "Somebody else changed the settings" in description(refused)
    assert "Finished" in (await bot.answer_to()).embeds[0]["title"]


async def test_everything_can_be_put_back(bot: Bot) -> None:
    manager = await open_panel(bot)
    await manager.choose("python", "python")
    await manager.go("Log & import/export")
    await manager.press("Reset everything")
    assert "Every setting would be as it was" in manager.text
    await manager.press("Do it all the same")
    assert "languages.everywhere: only python → all" in manager.text
    reply = await bot.answer_to("```bash\necho 1\n```")
    assert "Finished" in reply.embeds[0]["title"]


async def test_settings_of_another_version_can_be_reset(
    standin: StandIn, executor: FakeExecutor, store: MemoryStore
) -> None:
    guild_id = standin.guilds[0].id
    entry = AuditEntry(guild_id=guild_id, user_id=1, at=0, action=ACTION)
    bots = standin.guilds[0].channels["bots"]
    text = f'{{"someday": 1, "log_channel": {bots.id}}}'
    await store.settings.put(Document(guild_id=guild_id, text=text), entry)
    async with running_bot(standin, executor, store) as bot:
        assert "cannot read this server's settings" in description(await bot.answer_to())
        manager = await open_panel(bot)
        assert "another version of me wrote them" in manager.text
        await manager.press("Do it all the same")
        assert "Finished" in (await bot.answer_to()).embeds[0]["title"]
        await eventually(lambda: bots.messages)
        (told,) = bots.messages.values()
        assert "everything that another version of me wrote" in description(told)
