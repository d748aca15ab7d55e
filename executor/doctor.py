"""Says what protects this machine from a member's program, by trying it in a real sandbox.

Isolation levels:

A  namespaces, cgroups and the system call filter: everything holds
B  no writable cgroup: memory and CPU of a run are counted and ended 20 times a second instead
C  no new /proc: sandboxes have none, some tools miss it
D  no user namespace: nothing is run; with executor.run_without_containment those of `codecage run` are
"""

import errno
import os
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from executor.attacking import Finding, attack_once, canaries
from executor.attacks import Attack
from executor.catalog import Catalog
from executor.checks import Check
from executor.config import ExecutorConfig
from executor.errors import BackendUnavailableError, ConfigError, ExecutorError
from executor.factory import Launched, launch_early, open_sandboxes
from executor.hostchecks import look_at_host
from executor.limits import DEFAULT_LIMITS
from executor.mending import mend
from executor.sandbox import seccomp
from executor.sandbox.backend import Backend, open_uncontained
from executor.sandbox.inside import kernel
from executor.sandbox.settings import Facts
from executor.sandbox.spec import Kind, SandboxSpec
from executor.trials import TRIALS, Trial, attempt

Level = Literal["A", "B", "C", "D"]

_CGROUP_FIX = (
    "start codecage as root (it gives its rights up by itself), or from a systemd unit with the "
    "line Delegate=yes on a host with cgroup v2"
)
_READ_ONLY_CGROUP_FIX = (
    "let codecage write to its part of /sys/fs/cgroup: in a systemd unit Delegate=yes and no "
    "ProtectControlGroups=, in a container of cgroup v2 security_opt: [writable-cgroups=true] (podman: "
    "unmask=/sys/fs/cgroup)"
)
_PRIVILEGES_FIX = (
    "in the systemd unit NoNewPrivileges=no, and none of what implies it (ProtectKernelTunables= and "
    "its like): newuidmap must gain the privilege to map user ids; and "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found. ``limits`` maps each limit to what enforces it."""

    level: Level
    checks: tuple[Check, ...]
    limits: Mapping[str, str]
    attacks: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether programs may run here."""
        holds = all(check.result != "fail" for check in self.checks)
        return self.level != "D" and holds and all(attack.held for attack in self.attacks)

    @property
    def exit_code(self) -> int:
        """0 for level A, 1 for a warning level, 2 where nothing is run."""
        if not self.ok:
            return 2
        return 0 if self.level == "A" else 1

    def as_json(self) -> dict[str, object]:
        """Return the document of `codecage doctor --json`."""
        attacks = {"attacks": [attack.as_json() for attack in self.attacks]} if self.attacks else {}
        return {
            "level": self.level,
            "ok": self.ok,
            "checks": [
                {"name": c.name, "result": c.result, "detail": c.detail, "fix": c.fix}
                for c in self.checks
            ],
            "limits": dict(self.limits),
            **attacks,
        }


_NOT_NEEDED = Check(
    name="containment",
    result="warn",
    detail="executor.run_without_containment is on, and does nothing while sandboxes can be made",
    fix="set executor.run_without_containment: false",
)


async def examine(
    config: ExecutorConfig,
    *,
    launched: Launched | None = None,
    trials: Sequence[Trial] = TRIALS,
    attacks: Sequence[Attack] = (),
) -> Report:
    """Try the sandbox here and report. Takes about two seconds; starts only its own programs.

    Args:
        config: the settings.
        launched: a launcher that already runs; without it one is started here.
        trials: the programs that run into the limits.
        attacks: the programs that try to get out, if any.
    """
    try:
        launched = launched or launch_early(config)
        async with open_sandboxes(Catalog([]), launched) as backend:
            report = await _examine(backend, launched, config, trials)
            with canaries() as out:
                found = [await attack_once(backend, attack, out) for attack in attacks]
            return replace(report, attacks=tuple(found))
    except (BackendUnavailableError, ConfigError) as error:
        return await no_sandbox(config, error, trials=trials)


async def no_sandbox(
    config: ExecutorConfig, error: ExecutorError, *, trials: Sequence[Trial] = TRIALS
) -> Report:
    """Report that there can be no sandbox here, because of ``error``."""
    fix = mend(error)
    checks = [_kernel(), Check(name="sandbox", result="fail", detail=str(error), fix=fix)]
    limits: dict[str, str] = {}
    if config.run_without_containment:
        checks.append(await _without_containment(trials, limits))
    return Report(level="D", checks=tuple(checks), limits=limits)


async def _without_containment(trials: Sequence[Trial], limits: dict[str, str]) -> Check:
    """Try what still holds a program that nothing contains; note it in ``limits``."""
    fix = "mend what keeps sandboxes from being made, then set executor.run_without_containment: false"
    try:
        async with open_uncontained(seccomp.load(platform.machine())) as backend:
            for trial in trials:
                holds = await attempt(backend, trial) is trial.expected
                limits[trial.limit] = "watched" if holds else "not enforced"
    except BackendUnavailableError as error:
        return Check(name="containment", result="fail", detail=str(error), fix=fix)
    watched = ", ".join(name for name, how in limits.items() if how == "watched")
    detail = (
        f"executor.run_without_containment is on: your own programs (codecage run) do whatever user "
        f"{os.getuid()} can; up and serve refuse all. Watched, but not against a program that means harm: {watched}"
    )
    return Check(name="containment", result="fail", detail=detail, fix=fix)


async def _examine(
    backend: Backend,
    launched: Launched,
    config: ExecutorConfig,
    trials: Sequence[Trial],
) -> Report:
    checks = [_kernel(), await _sandbox(backend)]
    if config.run_without_containment:
        checks.append(_NOT_NEEDED)
    checks += [_cgroup(backend), _user_ids(backend), _proc(backend), _rights(launched)]
    checks += look_at_host(backend.facts.cgroup_paths.get("memory"))
    limits: dict[str, str] = {}
    for trial in trials:
        status = await attempt(backend, trial)
        holds = status is trial.expected
        enforcer = _enforcer(trial.limit, backend.facts)
        limits[trial.limit] = enforcer if holds else "not enforced"
        checks.append(
            Check(
                name=f"limit: {trial.limit}",
                result="ok" if holds else "fail",
                detail=f"a program that ran into it ended as {status}, by {enforcer}"
                if holds
                else f"a program that should have run into it ended as {status}",
                fix="" if holds else f"it should have ended as {trial.expected}; report this",
            )
        )
    return Report(level=_level(backend), checks=tuple(checks), limits=limits)


def _level(backend: Backend) -> Level:
    if not backend.has_proc:
        return "C"
    return "A" if backend.facts.cgroup_version else "B"


def _enforcer(limit: str, facts: Facts) -> str:
    if limit in {"disk", "inodes"}:
        return "tmpfs"
    if limit in {"wall", "output"}:
        return "the executor"
    if facts.cgroup_version:
        return f"cgroup v{facts.cgroup_version}"
    # The kernel counts processes by user: that is one sandbox's only where each has its own.
    if limit == "processes" and not facts.single_uid:
        return "RLIMIT_NPROC"
    return "counting from PID 1"


async def _sandbox(backend: Backend) -> Check:
    spec = SandboxSpec(Kind.GENERIC, DEFAULT_LIMITS.run)
    await backend.bury(await backend.spawn(spec))  # the first one also starts the runner
    began = time.perf_counter()
    box = await backend.spawn(spec)
    took = time.perf_counter() - began
    await backend.bury(box)
    return Check(
        name="sandbox",
        result="ok",
        detail=f"its self-check passed from inside; one is made in {took * 1000:.1f} ms",
    )


def _kernel() -> Check:
    release, machine = platform.release(), platform.machine()
    major, minor = (int(part) for part in release.split(".")[:2])
    if (major, minor) < (5, 12):
        return Check(
            name="kernel",
            result="fail",
            detail=f"Linux {release} cannot seal mounts (mount_setattr came with 5.12)",
            fix="use a newer kernel, such as the one of Debian 12 or Ubuntu 24.04",
        )
    return Check(name="kernel", result="ok", detail=f"Linux {release} on {machine}")


def _cgroup(backend: Backend) -> Check:
    facts = backend.facts
    if facts.cgroup_version:
        where = facts.cgroup_paths["memory"]
        return Check(name="cgroup", result="ok", detail=f"v{facts.cgroup_version} at {where}")
    is_read_only = os.strerror(errno.EROFS) in facts.why_no_cgroup
    fix = _READ_ONLY_CGROUP_FIX if is_read_only else _CGROUP_FIX
    return Check(name="cgroup", result="warn", detail=facts.why_no_cgroup, fix=fix)


def _user_ids(backend: Backend) -> Check:
    if not backend.facts.single_uid:
        return Check(
            name="user ids", result="ok", detail="every sandbox has a host user id of its own"
        )
    return Check(
        name="user ids",
        result="warn",
        detail="all sandboxes share one host user id",
        fix=(_PRIVILEGES_FIX if kernel.prctl(kernel.PR_GET_NO_NEW_PRIVS) else "")
        + "as root: apt-get install uidmap, and give the user a line in /etc/subuid and "
        f"/etc/subgid (usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {os.getuid()})",
    )


def _proc(backend: Backend) -> Check:
    if backend.has_proc:
        return Check(name="proc", result="ok", detail="every sandbox has a /proc of its own")
    return Check(
        name="proc",
        result="warn",
        detail="sandboxes have no /proc, because parts of this container's own are hidden",
        fix="in the compose file: security_opt: [seccomp=unconfined, systempaths=unconfined]",
    )


def _rights(launched: Launched) -> Check:
    service = launched.identity.service_uid
    if not launched.identity.uid_count and service != 0:  # we have no range, as we were not root
        return Check(name="rights", result="ok", detail=f"codecage runs as user {service}")
    if service == 0:
        return Check(
            name="rights",
            result="warn",
            detail="started as the only user of this container: the bot keeps its rights",
            fix="start the container with more user ids, or codecage as an ordinary user",
        )
    return Check(
        name="rights",
        result="ok",
        detail=f"started as root: the bot runs as user {service}, sandboxes as "
        f"{launched.identity.uid_base} and up",
    )
