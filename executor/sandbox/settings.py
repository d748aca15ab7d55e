"""What sandboxes are made of here, and what the launcher found out about this machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmInterpreter:
    """A Python inside the root that is started before there is a job, with its programs' environment."""

    path: str
    env: Mapping[str, str]

    def is_what_starts(self, argv: Sequence[str], env: Mapping[str, str]) -> bool:
        """Say whether ``argv`` under ``env`` would be just this interpreter with a job's main.py."""
        return tuple(argv[:2]) == (self.path, "main.py") and dict(env) == dict(self.env)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """What sandboxes are made of here.

    ``base`` is the folder whose `usr` they see; ``etc`` are read-only paths below its /etc and
    ``etc_files`` files of ours there; ``warm`` is what waits for `Kind.PYTHON` programs; without
    it there are none, and it is replaced by a new one after ``warm_runs`` programs or
    ``warm_seconds``. Without ``proc`` sandboxes have no /proc (isolation level C).
    """

    base: str = "/"
    etc: tuple[str, ...] = ("/etc/alternatives",)
    etc_files: Mapping[str, str] = field(default_factory=dict)
    warm: WarmInterpreter | None = None
    warm_runs: int = 500
    warm_seconds: float = 300.0
    proc: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the launcher found: ``cgroup_version`` 0 means that no cgroup can be made.

    ``unburied`` says of instances that had died before what of them could not be removed, and why.
    """

    cgroup_version: int
    cgroup_paths: Mapping[str, str]
    why_no_cgroup: str
    single_uid: bool
    unburied: tuple[str, ...] = ()
