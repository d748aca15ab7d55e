from bot.demo import StandIn
from tests.discord.bot_client import Bot

HI = '```py\nprint("hi")\n```'


async def test_a_mention_with_a_block_is_answered_with_its_output(
    bot: Bot, standin: StandIn
) -> None:
    asked = await standin.say(bot.code, bot.ben, f"{standin.mention} {HI}")
    reply = await standin.wait_for_reply(asked)
    (embed,) = reply.embeds
    assert embed["title"] == "✅ Finished"
    assert embed["description"] == "```\nhi\n```"
    assert embed["footer"]["text"].startswith("python 3.")
    assert reply.pinged == frozenset()
