import discord

from bot.demo import StandIn
from tests.discord.standin_client import Client, running


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
