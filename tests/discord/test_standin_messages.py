import io

import discord
import pytest

from bot.demo import StandIn, Upload
from tests.discord.standin_client import Client, eventually, running


class Echo(Client):
    async def answer(self, message: discord.Message) -> None:
        await message.reply(f"you said: {message.content}")


async def test_a_mention_is_answered_by_a_real_client() -> None:
    async with StandIn() as standin:
        client = Echo()
        async with running(client, standin):
            ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
            asked = await standin.say(code, ben, f"{standin.mention} hello")
            reply = await standin.wait_for_reply(asked)
        assert reply.content == f"you said: {standin.mention} hello"
        assert reply.pinged == frozenset()


class Files(Client):
    async def answer(self, message: discord.Message) -> None:
        content = await message.attachments[0].read()
        sent = discord.File(io.BytesIO(content.upper()), filename="upper.txt", description="big")
        embed = discord.Embed(title="read", description=f"{len(content)} bytes", colour=0x57A773)
        await message.reply(embed=embed, file=sent)


async def test_files_travel_both_ways() -> None:
    async with StandIn() as standin, running(Files(), standin):
        ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
        upload = Upload(filename="hello.txt", content=b"abc")
        asked = await standin.say(code, ben, standin.mention, attachments=[upload])
        reply = await standin.wait_for_reply(asked)
    assert reply.attachments[0].content == b"ABC"
    assert reply.attachments[0].filename == "upper.txt"
    assert reply.attachments[0].description == "big"
    assert reply.embeds[0]["description"] == "3 bytes"


@pytest.mark.parametrize(
    ("with_intent", "text", "heard"),
    [
        pytest.param(False, "secret", "", id="blank-without-the-intent"),
        pytest.param(True, "secret", "secret", id="readable-with-the-intent"),
        pytest.param(False, "{bot} hi", "{bot} hi", id="readable-when-the-app-is-mentioned"),
        pytest.param(False, "`{bot}` hi", "", id="a-mention-in-code-is-none"),
    ],
)
async def test_message_content_is_censored_by_intent(
    with_intent: bool, text: str, heard: str
) -> None:
    intents = discord.Intents(guilds=True, guild_messages=True, message_content=with_intent)
    client = Client(intents=intents)
    async with StandIn() as standin, running(client, standin):
        ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
        upload = Upload(filename="a.txt", content=b"a")
        text, heard = (one.format(bot=standin.mention) for one in (text, heard))
        await standin.say(code, ben, text, attachments=[upload])
        await eventually(lambda: client.heard)
    assert client.heard[0].content == heard
    assert len(client.heard[0].attachments) == bool(heard)


async def test_a_direct_message_is_readable_without_the_content_intent() -> None:
    client = Client()
    async with StandIn() as standin, running(client, standin):
        ben = standin.users["ben"]
        await standin.say(standin.dm(ben), ben, "just us")
        await eventually(lambda: client.heard)
    assert client.heard[0].content == "just us"
    assert client.heard[0].guild is None


async def test_an_answer_to_the_bots_message_is_readable_but_not_what_it_answers() -> None:
    client = Client()
    async with StandIn() as standin, running(client, standin):
        ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
        channel = client.get_channel(code.id)
        assert isinstance(channel, discord.TextChannel)
        mine = standin.world.messages[(await channel.send("mine")).id]
        await standin.say(code, ben, "answer", reply_to=mine)
        other = await standin.say(code, ben, "other")
        await standin.say(code, ben, f"{standin.mention} that", reply_to=other)
        await eventually(lambda: len(client.heard) == 3)
    assert [message.content for message in client.heard] == [
        "answer",
        "",
        f"{standin.mention} that",
    ]
    reference = client.heard[2].reference
    assert reference is not None
    assert isinstance(reference.resolved, discord.Message)
    assert reference.resolved.content == ""


async def test_events_without_their_intent_are_not_sent() -> None:
    client = Client(intents=discord.Intents(guilds=True, dm_messages=True))
    async with StandIn() as standin, running(client, standin):
        ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
        said = await standin.say(code, ben, f"{standin.mention} hi")
        await standin.react(said, ben, "👍")
        await standin.say(standin.dm(ben), ben, "last")
        await eventually(lambda: client.heard)
    assert [message.content for message in client.heard] == ["last"]
    assert client.reactions == []


class Loud(Client):
    async def answer(self, message: discord.Message) -> None:
        await message.reply(
            f"{message.author.mention} @everyone", allowed_mentions=discord.AllowedMentions.all()
        )


async def test_a_message_records_whom_it_would_have_pinged() -> None:
    async with StandIn() as standin, running(Loud(), standin):
        ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
        reply = await standin.wait_for_reply(await standin.say(code, ben, standin.mention))
    assert reply.pinged == {ben.id}
    assert not reply.mention_everyone  # the bot has no permission for that


async def test_edits_and_deletions_of_uncached_messages_arrive_raw() -> None:
    client = Client(intents=discord.Intents(guilds=True, guild_messages=True, message_content=True))
    async with StandIn() as standin:
        ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
        said = await standin.say(code, ben, "before the bot came")
        async with running(client, standin):
            await standin.edit(said, "after")
            standin.world.publish_update(said)
            await standin.delete(said)
            await eventually(lambda: client.deletes)
    assert [event.data["content"] for event in client.edits] == ["after", "after"]
    assert client.edits[0].data["edited_timestamp"] == client.edits[1].data["edited_timestamp"]
    assert client.deletes[0].message_id == said.id


class Editing(Client):
    async def answer(self, message: discord.Message) -> None:
        async with message.channel.typing():
            reply = await message.reply("one")
        await reply.edit(content="two")
        await message.add_reaction("✅")
        await message.remove_reaction("✅", discord.Object(self.application_id or 0))
        await message.add_reaction("🎉")
        assert (await message.channel.fetch_message(reply.id)).content == "two"
        assert [m.id async for m in message.channel.history(limit=1)] == [reply.id]
        await reply.delete()


async def test_a_bot_types_edits_reacts_reads_and_deletes() -> None:
    async with StandIn() as standin, running(Editing(), standin):
        ben, code = standin.users["ben"], standin.guilds[0].channels["code"]
        asked = await standin.say(code, ben, standin.mention)
        reply = await standin.wait_for_reply(asked)
        await standin.wait_for_delete(reply)
    assert (reply.content, reply.revisions) == ("two", 1)
    assert asked.reactions == {"🎉": [standin.bot_user_id]}
    assert standin.transcript.matching("POST", "/typing")[0].status == 204


async def test_a_nonce_makes_sending_again_harmless() -> None:
    client = Client()
    async with StandIn() as standin, running(client, standin):
        channel = client.get_channel(standin.guilds[0].channels["code"].id)
        assert isinstance(channel, discord.TextChannel)
        first = await channel.send("once", nonce="n1")
        again = await channel.send("once", nonce="n1")
        with pytest.raises(discord.HTTPException, match="25 or fewer"):
            await channel.send("once", nonce="n" * 26)
    assert first.id == again.id
