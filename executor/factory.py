"""Builds an executor from settings: the one place here that knows every part."""

import asyncio
import contextlib
import logging
import os
import platform
import sys
from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from executor.burnt import BurntCpu
from executor.cache import CompileCache
from executor.catalog import Catalog
from executor.config import ExecutorConfig
from executor.errors import BackendUnavailableError, ConfigError
from executor.fairqueue import capacity
from executor.limits import DEFAULT_LIMITS, largest
from executor.local import LocalExecutor
from executor.mending import is_lasting
from executor.plan import environment
from executor.runner import JobRunner
from executor.sandbox import identity, seccomp
from executor.sandbox.backend import Backend, launch, open_backend, open_uncontained
from executor.sandbox.client import LOST, LauncherProcess
from executor.sandbox.pool import Pool
from executor.sandbox.rights import give_up
from executor.sandbox.settings import Facts, SandboxSettings, WarmInterpreter
from executor.sandbox.spec import Kind, SandboxSpec
from executor.scheduler import Scheduler
from executor.versions import load_catalog

# Where no cgroup counts, the memory of a run is only looked at 20 times a second: few at once.
_MOST_WITHOUT_CGROUP = 2
_ROOT_INSTANCES = Path("/run/codecage")
_ALWAYS_ETC = ("/etc/alternatives",)
WITHOUT_CONTAINMENT: Final = (
    "PROGRAMS RUN WITHOUT CONTAINMENT, because executor.run_without_containment is on: each of them can do "
    "whatever user %d can, with all files, processes and the network. No sandbox can be made here: %s"
)
_NOT_NEEDED: Final = "executor.run_without_containment is on and does nothing: sandboxes can be made here. Switch it off."
_NOT_FOR_OTHERS: Final = "executor.run_without_containment is on and does nothing: what others can send is run in a sandbox or not at all."
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Launched:
    """A launcher that already runs, with the rights we had when it was started."""

    process: LauncherProcess
    identity: identity.Identity


def launch_early(config: ExecutorConfig) -> Launched:
    """Start the launcher now, before this process gives up its rights; see `open_executor`.

    Raises:
        ConfigError: the range of user ids is taken.
        BackendUnavailableError: there is no filter for this machine, or the launcher did not start.
    """
    who = identity.choose(config.uid_base)
    # Root must not follow paths that the bot, which will not be root, could have laid.
    instances = _ROOT_INSTANCES if os.getuid() == 0 else config.data_dir / "instances"
    most = largest(config.ceiling, DEFAULT_LIMITS)  # ours, too: a sandbox is tried at the start
    return Launched(launch(who, seccomp.load(platform.machine()), instances, most), who)


def give_up_rights(
    launched: Launched, config: ExecutorConfig, readable: Collection[Path] = ()
) -> None:
    """Become an unprivileged process that no other can read; before there is any thread.

    Args:
        launched: the launcher, which keeps the rights it needs.
        config: names the data folder, which is given to the service user.
        readable: files beside our own code that must stay readable, such as a token file.

    Raises:
        ConfigError: the data folder cannot be given to the service user.
        BackendUnavailableError: our own code could not be read any more.
    """
    ours = [Path(sys.prefix), Path(sys.base_prefix), Path(__file__).parents[1]]
    if config.languages_dir is not None:
        if os.getuid() == 0:
            refuse_languages_in_data(config.data_dir, config.languages_dir)
        ours.append(config.languages_dir)
    give_up(launched.identity, readable=[*ours, *readable], writable=config.data_dir)


def refuse_languages_in_data(data_dir: Path, languages_dir: Path) -> None:
    """Refuse language files in the folder that is the bot's: they say what runs outside sandboxes, too.

    Raises:
        ConfigError: they lie there.
    """
    if languages_dir.resolve().is_relative_to(data_dir.resolve()):
        raise ConfigError(
            f"executor.languages_dir: {languages_dir} lies in data_dir ({data_dir}), which the bot may "
            "change; put the language files elsewhere, such as into /etc/codecage/languages"
        )


def before_the_loop(config: ExecutorConfig) -> Launched:
    """Do what must happen while there is one thread and no event loop; the only such place.

    Started as root, only the launcher of sandboxes stays root: it is started here, and then we
    give up our own rights.

    Raises:
        ConfigError: the range of user ids is taken, or the data folder cannot be given away.
        BackendUnavailableError: the launcher did not start, or our own code could not be read.
    """
    launched = launch_early(config)
    try:
        give_up_rights(launched, config)
    except BaseException:
        launched.process.end()
        raise
    return launched


@contextlib.asynccontextmanager
async def open_executor(
    config: ExecutorConfig,
    *,
    launched: Launched | None = None,
    languages: Collection[str] | None = None,
    keep_ready: bool = True,
    running_per_owner: int = 1,
    own_programs: bool = False,
) -> AsyncGenerator[LocalExecutor, None]:
    """Yield an executor; on leaving, every job and every process of it is ended.

    Args:
        config: the settings.
        launched: a launcher from `launch_early`; without it one is started here.
        languages: load just these (by name), for a command that runs one program.
        keep_ready: keep a sandbox ready for the next job.
        running_per_owner: how many jobs of one owner may run at once; more of them wait.
        own_programs: nobody can send programs but who started this process: never where it listens to
            anybody, be it on loopback. Only then `ExecutorConfig.run_without_containment` means anything.

    Raises:
        ConfigError: settings or language files do not fit.
        BackendUnavailableError: no sandbox can be made here, with the reason.
    """
    launched = launched or launch_early(config)

    async def read_catalog() -> Catalog:
        return await load_catalog(
            config.languages_dir, cache_file=config.data_dir / "versions.json", only=languages
        )

    try:
        catalog = await read_catalog()
    except BaseException:
        launched.process.end()
        raise
    allow_uncontained = config.run_without_containment and own_programs
    if config.run_without_containment and not own_programs:
        _log.warning(_NOT_FOR_OTHERS)
    async with open_sandboxes(catalog, launched, allow_uncontained=allow_uncontained) as backend:
        pool = Pool(backend, keep=keep_ready)
        now = asyncio.get_running_loop().time
        burnt = BurntCpu()
        scheduler = Scheduler(
            waiting=config.queue,
            limit=capacity(
                _running(config, backend.facts),
                # Not from /proc/meminfo, which a systemd unit may hide (ProcSubset=pid).
                total_memory_bytes=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
                job_memory_bytes=config.limits.run.memory_bytes,
            ),
            compiles=os.cpu_count() or 1,
            per_owner=running_per_owner,
            is_heavy=lambda owner: burnt.is_heavy(owner, now=now()),
        )
        executor = LocalExecutor(
            catalog=catalog,
            scheduler=scheduler,
            runner=JobRunner(backend, pool, CompileCache(), scheduler.compile_slot),
            burnt=burnt,
            limits=config.limits,
            ceiling=config.ceiling,
            read_catalog=read_catalog,
        )
        try:
            yield executor
        finally:
            await executor.close()
            await pool.close()


@contextlib.asynccontextmanager
async def ended_when_lost(
    executor: LocalExecutor, stop: asyncio.Event
) -> AsyncGenerator[None, None]:
    """Set ``stop`` when no program can run any more, so that the process ends and is started anew.

    Raises:
        BackendUnavailableError: that was so; on leaving, when all that waited have been told.
    """

    async def stop_when_lost() -> None:
        await executor.lost.wait()
        _log.error(LOST)
        stop.set()

    task = asyncio.get_running_loop().create_task(stop_when_lost())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
    if executor.is_lost:
        raise BackendUnavailableError(LOST)


@contextlib.asynccontextmanager
async def open_sandboxes(
    catalog: Catalog, launched: Launched, *, allow_uncontained: bool = False
) -> AsyncGenerator[Backend, None]:
    """Yield a backend whose sandboxes suit ``catalog``; falls back to sandboxes without /proc.

    With ``allow_uncontained``, and only where no sandbox can ever be made, nothing contains its programs.

    Raises:
        BackendUnavailableError: no sandbox can be made here, with the reason.
    """
    settings = SandboxSettings(
        etc=tuple(sorted({*_ALWAYS_ETC, *(p for x in catalog.languages for p in x.etc)})),
        warm=_warm_interpreter(catalog),
    )
    async with open_backend(settings, launched.process) as backend:
        why_not = await _why_not(backend) if allow_uncontained else ""
        if not why_not:
            if allow_uncontained:
                _log.warning(_NOT_NEEDED)
            yield backend
            return
    _log.warning(WITHOUT_CONTAINMENT, os.getuid(), why_not)
    async with open_uncontained(seccomp.load(platform.machine())) as uncontained:
        yield uncontained


async def _why_not(backend: Backend) -> str:
    """Return why no sandbox can ever be made here; empty when one was made.

    Raises:
        BackendUnavailableError: none was made, for a reason that may be gone in a moment.
    """
    try:
        await backend.bury(await backend.spawn(SandboxSpec(Kind.GENERIC, DEFAULT_LIMITS.run)))
    except BackendUnavailableError as error:
        if not is_lasting(error):
            raise
        return str(error)
    return ""


def _warm_interpreter(catalog: Catalog) -> WarmInterpreter | None:
    for language in catalog.languages:
        if language.spec.warm == "python":
            tool = language.spec.run_argv[0]
            return WarmInterpreter(
                path=language.tools.get(tool, tool), env=dict(environment(language.spec))
            )
    return None


def _running(config: ExecutorConfig, facts: Facts) -> int | None:
    if facts.cgroup_version:
        return config.running
    return min(config.running or _MOST_WITHOUT_CGROUP, _MOST_WITHOUT_CGROUP)
