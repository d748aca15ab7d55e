"""Private answers to moderators, to the owner and to who asks what is kept: in time, and whatever fails."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from bot import labels, moderationtexts
from bot.cogs.errors import logged
from bot.errors import RefusedError, StoreError
from bot.listings import Listing
from bot.models import Reply, Tone
from bot.rendering import say
from bot.ui.answers import DISCORD_FAILURES
from bot.ui.interactions import Interaction
from bot.ui.pages import Whose, show_listing

log = logging.getLogger(__name__)

# Discord waits 3 s for a first word, of which it may take a part to reach us and back.
_DEFER_AFTER_SECONDS: Final = 2.0


async def answer(
    interaction: Interaction,
    work: Callable[[], Awaitable[Reply | Listing]],
    whose: Whose = Whose.MODERATORS,
) -> None:
    """Show what ``work`` returns to who caused the interaction alone. Never raises.

    Args:
        interaction: the command, or the press of a button below a list.
        work: does what is asked for; of its errors each has a sentence.
        whose: who may turn the pages, if it is a list.
    """
    async with in_time(interaction):
        made = await _made(interaction, work)
    await show_listing(interaction, whose, made if isinstance(made, Listing) else Listing(made))


@asynccontextmanager
async def in_time(
    interaction: Interaction, *, changes_message: bool = False
) -> AsyncGenerator[None, None]:
    """Let Discord know that an answer comes, if it is not there when the block takes long.

    Args:
        interaction: what is to be answered.
        changes_message: whether the answer will stand in the message with the control that was used,
            not in a new one that is shown to who used it alone.
    """
    is_over = asyncio.Event()
    failure: Exception | None = None
    async with asyncio.TaskGroup() as group:
        group.create_task(_defer_if_slow(interaction, is_over, changes_message=changes_message))
        try:
            yield
        except Exception as error:  # noqa: BLE001 - as it is, not in the group's own
            failure = error
        finally:
            is_over.set()
    if failure is not None:
        raise failure


async def _defer_if_slow(
    interaction: Interaction, is_over: asyncio.Event, *, changes_message: bool
) -> None:
    try:
        async with asyncio.timeout(_DEFER_AFTER_SECONDS):
            await is_over.wait()
    except TimeoutError:
        pass
    if is_over.is_set() or interaction.response.is_done():
        return
    try:
        if changes_message:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
    except DISCORD_FAILURES as error:
        log.warning("interaction %d: could not be deferred: %s", interaction.id, error)


async def _made(
    interaction: Interaction, work: Callable[[], Awaitable[Reply | Listing]]
) -> Reply | Listing:
    try:
        return await work()
    except RefusedError as problem:
        return say(labels.NOT_DONE, str(problem), Tone.REFUSED)
    except StoreError as error:
        log.error("interaction %d: not served: %s", interaction.id, error)  # noqa: TRY400
        return say(moderationtexts.STORE_FAILED, "", Tone.OURS)
    except Exception as error:  # noqa: BLE001 - the border to Discord: logged, never silence
        return logged(error, f"interaction {interaction.id}")
