"""Builds the virtual machine's disk, kernel and initrd once, and keeps them in a cache folder.

The guest is the host's own Debian suite, so that its python3 is the one that .venv was made for,
with systemd on cgroup v2. Packages come from the apt sources that this machine is configured with.
"""

import contextlib
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

PACKAGES = (
    "systemd", "systemd-sysv", "dbus", "python3", "uidmap", "procps", "gcc", "g++", "libc6-dev",
    "podman", "crun", "catatonit",
)  # fmt: skip
TOOLS = ("qemu-system-x86_64", "mmdebstrap", "busybox", "cpio", "mke2fs", "depmod", "dpkg-deb")
# Loaded by the initrd, each after what it needs; the root file system holds no modules at all.
MODULES = ("virtio_pci", "virtio_blk", "ext4", "9p", "9pnet_virtio", "crc32c_generic", "overlay")
DISK_BYTES = 2 << 30
_MASKED = (
    "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer",
    "fstrim.timer", "getty@tty1.service", "serial-getty@ttyS0.service", "systemd-timesyncd.service",
)  # fmt: skip
# Users that the cases run as: `plain` has no subordinate ids, `mapped` has.
_FILES = {
    "etc/fstab": "/dev/vda / ext4 rw 0 1\n",
    "etc/hostname": "guest\n",
    "etc/hosts": "127.0.0.1 localhost guest\n",
    "etc/subuid": "mapped:200000:65536\n",
    "etc/subgid": "mapped:200000:65536\n",
    "etc/systemd/system/agent.service": """\
[Unit]
After=multi-user.target
[Service]
ExecStartPre=/bin/mkdir -p /mnt/host
ExecStartPre=/bin/mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro host /mnt/host
ExecStartPre=/bin/mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro venv /mnt/host/.venv
ExecStart=/usr/bin/python3 -B /mnt/host/tests/vm/agent.py /dev/ttyS1
ExecStopPost=/sbin/poweroff -f
[Install]
WantedBy=multi-user.target
""",
}
_APPENDED = {
    "etc/passwd": "plain:x:1001:1001::/srv:/bin/sh\nmapped:x:1002:1002::/srv:/bin/sh\n",
    "etc/group": "plain:x:1001:\nmapped:x:1002:\n",
}
_INIT = """\
#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /root
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs dev /dev
while read -r module; do /bin/busybox insmod "/modules/$module"; done </modules/order
/bin/busybox mount -t ext4 /dev/vda /root
# What stays mounted here no container of the guest would ever lose: a /proc of which nothing is hidden.
/bin/busybox umount /proc /sys /dev
exec /bin/busybox switch_root /root /lib/systemd/systemd
"""


class BuildError(Exception):
    """The machine could not be built; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Image:
    """What QEMU starts."""

    disk: Path
    kernel: Path
    initrd: Path


def ensure(say: Callable[[str], None]) -> Image:
    """Return the image, built first when there is none for this recipe.

    Raises:
        BuildError: it cannot be built here.
    """
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache):
        target = cache / _recipe_hash()
        if not target.is_dir():
            for old in cache.iterdir():  # other recipes, and what an interrupted build left
                if old.is_dir():
                    shutil.rmtree(old)
            _build_into(cache, target, say)
    return Image(target / "disk", target / "kernel", target / "initrd")


def cache_folder() -> Path:
    """Return where images are kept."""
    own = os.environ.get("CODECAGE_VM_CACHE")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "codecage" / "vm"


def _recipe_hash() -> str:
    return hashlib.sha256(Path(__file__).read_bytes() + _suite().encode()).hexdigest()[:16]


def _suite() -> str:
    release = platform.freedesktop_os_release()
    if release["ID"] != "debian" or platform.machine() != "x86_64":
        raise BuildError("the tests in a virtual machine need Debian on x86_64 as their host")
    return release["VERSION_CODENAME"]


@contextlib.contextmanager
def _locked(folder: Path) -> Generator[None, None, None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _build_into(cache: Path, target: Path, say: Callable[[str], None]) -> None:
    missing = [tool for tool in TOOLS if shutil.which(tool, path=_PATH) is None]
    if missing:
        raise BuildError("missing: " + ", ".join(missing))
    if os.getuid() != 0:
        raise BuildError("the virtual machine is built by root: run this once as root")
    work = Path(tempfile.mkdtemp(prefix="building-", dir=cache))
    try:
        for step in (_make_root, _unpack_kernel, _make_initrd, _configure, _make_disk):
            began = time.monotonic()
            say(f"virtual machine: {step.__doc__}")
            step(work)
            say(f"virtual machine: … {time.monotonic() - began:.0f} s")
        for name in ("root", "package"):
            shutil.rmtree(work / name)
        work.rename(target)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise


def _make_root(work: Path) -> None:
    """installing Debian with systemd"""
    sources = _run(
        "apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)",
        "Created-By: Packages", "Origin: Debian",
    )  # fmt: skip
    _run(
        "mmdebstrap", "--quiet", "--variant=minbase", "--mode=root",
        "--include=" + ",".join(PACKAGES), "--aptopt=Acquire::Check-Valid-Until \"false\"",
        "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
        _suite(), str(work / "root"), *dict.fromkeys(sources.splitlines()),
    )  # fmt: skip


def _unpack_kernel(work: Path) -> None:
    """fetching a kernel"""
    meta = _run("apt-cache", "depends", "linux-image-amd64")
    names = [line.split()[-1] for line in meta.splitlines() if "Depends: linux-image" in line]
    (work / "package").mkdir()
    _run("apt-get", "download", names[0], cwd=work / "package")
    (package,) = (work / "package").glob("*.deb")
    _run("dpkg-deb", "-x", str(package), str(work / "package"))
    (kernel,) = (work / "package" / "boot").glob("vmlinuz-*")
    shutil.copy(kernel, work / "kernel")
    _run("depmod", "-b", str(work / "package"), kernel.name.removeprefix("vmlinuz-"))


def _make_initrd(work: Path) -> None:
    """making the initrd"""
    (folder,) = (work / "package" / "lib" / "modules").iterdir()
    tree = work / "package" / "initrd"
    (tree / "bin").mkdir(parents=True)
    (tree / "modules").mkdir()
    busybox = shutil.which("busybox", path=_PATH) or ""
    shutil.copy(busybox, tree / "bin" / "busybox")
    (tree / "init").write_text(_INIT)
    (tree / "init").chmod(0o755)
    order = _load_order((folder / "modules.dep").read_text())
    for path in order:
        shutil.copy(folder / path, tree / "modules")
    (tree / "modules" / "order").write_text("".join(f"{Path(p).name}\n" for p in order))
    names = "\n".join(str(path.relative_to(tree)) for path in sorted(tree.rglob("*")))
    with (work / "initrd").open("wb") as archive:
        subprocess.run(
            ["cpio", "--quiet", "-o", "-H", "newc"], cwd=tree, input=names.encode(),
            stdout=archive, check=True,
        )  # fmt: skip


def _load_order(dependencies: str) -> list[str]:
    needs = {}
    for line in dependencies.splitlines():
        path, _, rest = line.partition(":")
        needs[path] = rest.split()
    by_name = {Path(path).name.split(".")[0].replace("-", "_"): path for path in needs}
    order: dict[str, None] = {}
    for name in MODULES:
        if name in by_name:  # a kernel may have it built in
            order |= dict.fromkeys([*reversed(needs[by_name[name]]), by_name[name]])
    return list(order)


def _configure(work: Path) -> None:
    """configuring"""
    root = work / "root"
    for name, text in _FILES.items():
        (root / name).write_text(text)
    for name, text in _APPENDED.items():
        with (root / name).open("a") as file:
            file.write(text)
    units = root / "etc" / "systemd" / "system"
    for unit in _MASKED:
        (units / unit).unlink(missing_ok=True)
        (units / unit).symlink_to("/dev/null")
    wants = units / "multi-user.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "agent.service").symlink_to("../agent.service")


def _make_disk(work: Path) -> None:
    """making the disk"""
    disk = work / "disk"
    with disk.open("wb") as file:
        file.truncate(DISK_BYTES)
    _run(
        "mke2fs",
        "-q",
        "-F",
        "-t",
        "ext4",
        "-O",
        "^has_journal",
        "-d",
        str(work / "root"),
        str(disk),
    )


_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"  # which `su` leaves out


def _run(*argv: str, cwd: Path | None = None) -> str:
    done = subprocess.run(
        argv, cwd=cwd, env={**os.environ, "PATH": _PATH, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BuildError(f"{argv[0]} failed:\n{done.stderr.strip()[-3000:]}")
    return done.stdout
