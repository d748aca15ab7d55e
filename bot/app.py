"""Puts the bot together: settings, executor, service, cogs and the connection to Discord."""

import asyncio
import logging
from functools import partial

import discord
from discord.ext import commands

from bot.admission import Admission
from bot.client import IDENTIFY_EVERY_SECONDS, CodecageBot, Identifies
from bot.cogs.buttons import ButtonCog
from bot.cogs.catchup import CatchUpCog
from bot.cogs.commanding import Commanding
from bot.cogs.info import InfoCog
from bot.cogs.menus import MenuCog
from bot.cogs.messages import MessageCog
from bot.cogs.moderate import ModerateCog
from bot.cogs.owner import OwnerCog
from bot.cogs.privacy import PrivacyCog
from bot.cogs.programs import Programs
from bot.cogs.recovery import RecoveryCog
from bot.cogs.run import RunCog
from bot.cogs.settings import SettingsCog
from bot.cogs.welcome import WelcomeCog
from bot.cogs.windows import WindowCog
from bot.config import BotConfig, StoreConfig
from bot.connection import explained, point_at, stay_connected
from bot.desk import Desk
from bot.errors import BotError
from bot.history import History
from bot.jobs import SHOW_AFTER_SECONDS
from bot.listings import Listings
from bot.moderating import Moderating
from bot.owning import Owning
from bot.quotas import Quotas
from bot.records import Records
from bot.runlog import RunLog
from bot.service import RunService
from bot.settings.keeper import SettingsKeeper
from bot.speech import load_all
from bot.standing import Standing
from bot.store import Store
from bot.store.application import claim
from bot.tasks import Tasks
from bot.tongues import Tongues
from bot.ui.reading import MessageReader
from executor import Executor

log = logging.getLogger(__name__)

# The number of shards does not fit, from Discord's developer documentation (gateway close codes).
WRONG_SHARDS = (4010, 4011)

DAY_SECONDS = 86_400.0


async def run_bot(
    config: BotConfig,
    executor: Executor,
    store: Store,
    *,
    token: str,
    stop: asyncio.Event,
    show_after_seconds: float = SHOW_AFTER_SECONDS,
    identify_every_seconds: float = IDENTIFY_EVERY_SECONDS,
    drain_seconds: float | None = None,
) -> None:
    """Answer members until ``stop`` is set; then let what runs end, and disconnect.

    Cancelling it disconnects at once; the next start tells members what became of their programs.

    Args:
        config: all settings.
        executor: runs the programs; stays its maker's to close.
        store: keeps what must outlive a restart; stays its maker's to close.
        token: the bot's secret.
        stop: ends the bot.
        show_after_seconds: how long a run may take before its member is told that it runs.
        identify_every_seconds: how far apart Discord wants the sessions to be started.
        drain_seconds: how long what runs may go on after ``stop``; `None` is as long as its limits.

    Raises:
        LoginError: Discord refused the token or cannot be reached.
        StoreError: what is kept is of another application.
    """
    point_at(config.discord)
    settings = SettingsKeeper(store.settings, store.audits)
    standing = Standing(store.blocks, store.flags)
    admission = Admission(config.policy, settings, Quotas(store.quotas), standing)
    service = RunService(executor, admission, show_after_seconds=show_after_seconds)
    records = Records(
        store,
        keep_code_seconds=config.store.keep_code_seconds,
        keep_history_seconds=config.store.keep_history_seconds,
        settings=settings,
    )
    runlog = RunLog(store.runs, settings, keeps_anything=config.store.keep_history_seconds > 0)
    history = History()
    if drain_seconds is None:
        most = config.shared.executor.ceiling
        drain_seconds = most.compile.wall_seconds + most.run.wall_seconds
    tongues = Tongues()
    await asyncio.to_thread(load_all)
    identifies = Identifies(every_seconds=identify_every_seconds)
    reads_messages = True
    while True:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        intents.message_content = reads_messages
        bot = CodecageBot(
            intents=intents,
            syncs_commands=reads_messages,
            identifies=identifies,
            tongues=tongues,
            claim=partial(claim, store.flags),
        )
        tasks = Tasks()
        prefixes = config.discord.prefixes if reads_messages else ()
        await _add_cogs(
            bot,
            service=service,
            records=records,
            runlog=runlog,
            history=history,
            tasks=tasks,
            prefixes=prefixes,
        )
        await bot.add_cog(SettingsCog(bot, service, settings, config.policy, prefixes=prefixes))
        await _add_staff_cogs(
            bot,
            service,
            store=store,
            settings=settings,
            standing=standing,
            kept=config.store,
        )
        failure = await stay_connected(
            bot,
            token=token,
            stop=stop,
            service=service,
            records=records,
            tasks=tasks,
            drain_seconds=drain_seconds,
        )
        match failure:
            case discord.PrivilegedIntentsRequired() if reads_messages:
                reads_messages = False
                log.warning(
                    "Discord does not let the bot read messages that do not mention it, so the"
                    " prefix does nothing; to change that, switch on Message Content Intent in the"
                    " developer portal and start again"
                )
            case discord.ConnectionClosed(code=code) if code in WRONG_SHARDS:
                log.warning("the bot is in more servers than its shards may serve: adding shards")
            case None:
                return
            case BotError():
                raise failure
            case _:
                raise explained(failure) from failure


async def _add_cogs(
    bot: commands.Bot,
    *,
    service: RunService,
    records: Records,
    runlog: RunLog,
    history: History,
    tasks: Tasks,
    prefixes: tuple[str, ...],
) -> None:
    desk = Desk(service, records, runlog)
    reader = MessageReader(bot, prefixes=prefixes)
    commanding = Commanding(service, desk, tasks)
    messages = MessageCog(
        bot,
        service,
        desk=desk,
        records=records,
        reader=reader,
        history=history,
        tasks=tasks,
        prefixes=prefixes,
    )
    await bot.add_cog(messages)
    await bot.add_cog(CatchUpCog(bot, messages, records=records, reader=reader, tasks=tasks))
    interrupted = await records.pending()
    await bot.add_cog(
        RecoveryCog(bot, service, desk=desk, records=records, interrupted=interrupted, tasks=tasks)
    )
    windows = WindowCog(service, commanding, records)
    await bot.add_cog(windows)
    await bot.add_cog(RunCog(service, commanding, windows))
    await bot.add_cog(MenuCog(bot, service, commanding, reader, windows))
    programs = Programs(bot, service, records, reader)
    await bot.add_cog(
        ButtonCog(bot, service, desk=desk, records=records, programs=programs, tasks=tasks)
    )
    await bot.add_cog(InfoCog(bot, service, prefixes=prefixes))
    await bot.add_cog(WelcomeCog(bot, service))


async def _add_staff_cogs(
    bot: CodecageBot,
    service: RunService,
    *,
    store: Store,
    settings: SettingsKeeper,
    standing: Standing,
    kept: StoreConfig,
) -> None:
    """Add what moderators and the owner use, and what members may know of it."""
    keep_history_days = kept.keep_history_seconds / DAY_SECONDS
    listings = Listings(store, settings)
    moderating = Moderating(store, service.jobs, keep_history_days=keep_history_days)
    await bot.add_cog(ModerateCog(bot, service, moderating, listings))
    owning = Owning(store, standing, service.jobs)
    await bot.add_cog(OwnerCog(bot, service, owning, listings))
    await bot.add_cog(
        PrivacyCog(
            bot,
            store,
            service.jobs,
            keep_code_days=kept.keep_code_seconds / DAY_SECONDS,
            keep_history_days=keep_history_days,
        )
    )
