"""A few seconds of attacks: small programs that try to get out, as `codecage doctor --attack` runs them.

They need only /bin/sh and python3 of the sandbox's root, and are the same at every isolation level.
`executor.attacking` runs them. The test suite has many more.
"""

from dataclasses import dataclass, replace
from typing import Final

from executor.limits import DEFAULT_LIMITS
from executor.models import Limits, Status

_MIB: Final = 1024 * 1024
ENV: Final = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/box", "LANG": "C.UTF-8"}
_LIMITS: Final = replace(
    DEFAULT_LIMITS.run,
    wall_seconds=3.0,
    cpu_seconds=1.0,
    memory_bytes=96 * _MIB,
    output_bytes=65536,
    disk_bytes=16 * _MIB,
    inodes=1024,
    processes=32,
)
# Every program in Python begins and ends with these; what it should not have been able to do is in `got`.
_BEGIN: Final = """
import ctypes, os, resource, signal, socket, sys
if os.getcwd() != "/box" or os.path.lexists("/etc/shadow") or os.getpid() == 1:
    sys.exit("this runs in a sandbox only")
libc = ctypes.CDLL(None, use_errno=True)
got = []
def attempt(what, call, *arguments):
    try:
        call(*arguments)
    except OSError:
        return
    got.append(what)
def system(what, number, *arguments):
    if libc.syscall(number, *arguments) >= 0:
        got.append(what)
"""
_END: Final = """
print("breach: " + ", ".join(map(str, got)) if got else "held")
"""
# So does every one of the shell.
_BEGIN_SHELL: Final = '[ "$PWD" = /box ] && [ ! -e /etc/shadow ] || exit 99\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """A program, and what must come of it: any of ``expected``, and no output that says breach.

    ``says_held`` programs must also say that they held. ``files`` is what must be all that comes out.
    """

    name: str
    python: str = ""
    sh: str = ""
    limits: Limits = _LIMITS
    expected: frozenset[Status] = frozenset({Status.OK})
    says_held: bool = True
    files: tuple[str, ...] | None = None

    @property
    def argv(self) -> tuple[str, ...]:
        """What to run."""
        if self.python:
            return ("python3", "-c", _BEGIN + self.python + _END)
        return ("/bin/sh", "-c", _BEGIN_SHELL + self.sh)


def _ends_by(
    status: Status, *, name: str, python: str = "", sh: str = "", limits: Limits = _LIMITS
) -> Attack:
    return Attack(
        name=name,
        python=python,
        sh=sh,
        limits=limits,
        expected=frozenset({status}),
        says_held=False,
    )


_SHORT: Final = replace(_LIMITS, cpu_seconds=0.3)

ATTACKS: Final = (
    _ends_by(
        Status.PROCESS_LIMIT,
        name="fork as fast as it can",
        python="while True:\n    try: os.fork()\n    except OSError: pass\n",
        limits=_SHORT,
    ),
    _ends_by(
        Status.MEMORY_LIMIT,
        name="use memory in many processes, each of them small",
        python="import time\nfor _ in range(6):\n    if os.fork() == 0:\n"
        "        x = b'x' * (40 << 20); time.sleep(2); os._exit(0)\ntime.sleep(2)\n",
    ),
    _ends_by(Status.OUTPUT_LIMIT, name="print without end", sh="exec yes"),
    _ends_by(
        Status.CPU_LIMIT,
        name="ignore every signal and compute",
        python="for n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\nwhile True: pass\n",
        limits=_SHORT,
    ),
    _ends_by(
        Status.TIME_LIMIT,
        name="stop itself",
        sh="kill -STOP $$; sleep 60",
        limits=replace(_LIMITS, wall_seconds=0.3),
    ),
    Attack(
        name="leave a daemon behind",
        python="import time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        os.closerange(0, 64); time.sleep(600)\n    os._exit(0)\nos.wait()\n",
    ),
    Attack(
        name="kill everybody, and what watches it",
        python="for n in (1, 2, 3, 9, 15, 19):\n    try: os.kill(1, n)\n    except OSError: pass\n"
        "try: os.kill(-1, 9)\nexcept OSError: pass\n",
    ),
    Attack(
        name="take the limits and the turn of what watches it",
        python="attempt('prlimit', resource.prlimit, 1, resource.RLIMIT_NOFILE, (0, 0))\n"
        "attempt('nice', os.setpriority, os.PRIO_PROCESS, 1, 19)\n"
        "attempt('scheduler', os.sched_setscheduler, 1, os.SCHED_IDLE, os.sched_param(0))\n",
    ),
    Attack(
        name="read and write the memory of what watches it",
        python="for name in ('mem', 'environ', 'maps'):\n"
        "    attempt(name, open, '/proc/1/' + name, 'rb')\n"
        "attempt('write', os.open, '/proc/1/mem', os.O_WRONLY)\n"
        "attempt('descriptors', os.listdir, '/proc/1/fd')\n",
    ),
    Attack(
        name="see other processes",
        python="pids = [n for n in os.listdir('/proc') if n.isdigit()]\n"
        "got += [n for n in pids if int(n) not in (1, os.getpid())]\n",
    ),
    Attack(
        name="report another end than its own",
        python="import struct\nfor fd in range(3, 1024):\n"
        "    attempt(fd, os.write, fd, struct.pack('<BIiQQQQ', 39, 36, 0, 0, 0, 0, 0))\n"
        "print('held' if not got else 'breach'); sys.stdout.flush(); os._exit(7)\n",
        expected=frozenset({Status.RUNTIME_ERROR}),
    ),
    Attack(
        name="mount",
        python="if libc.mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0: got.append('mount')\n"
        "for n in (428, 430, 433): system(n, n, 0, 0, 0, 0, 0)\n",
    ),
    Attack(
        name="make namespaces of its own",
        python="for flag in (0x10000000, 0x20000, 0x20000000, 0x40000000):\n"
        "    if libc.unshare(flag) == 0: got.append(hex(flag))\nsystem('clone3', 435, 0, 0)\n",
    ),
    Attack(
        name="call parts of the kernel that no program needs",
        python="buffer = ctypes.create_string_buffer(256)\n"
        "for n in (425, 438, 440, 442, 447, 448): system(n, n, 0, buffer, 0, 0, 0)\n"
        "for n in range(480, 520): system(n, n, 0, 0, 0, 0, 0)\n",
    ),
    Attack(
        name="become root",
        python="attempt('setuid', os.setuid, 0)\nattempt('setgid', os.setgid, 0)\n"
        "attempt('setgroups', os.setgroups, [0])\n"
        "attempt('chown', lambda: (open('x', 'w'), os.chown('x', 0, 0)))\n",
    ),
    Attack(
        name="use programs that are setuid",
        sh="cp /usr/bin/env e; chmod 6755 e; "
        '[ "$(./e id -u)" = 0 ] && echo breach; '
        "su -c true </dev/null >/dev/null 2>&1 && echo breach; echo held",
        files=("e",),
    ),
    Attack(
        name="write to the system",
        python="for folder in ('/', '/etc', '/usr', '/usr/bin', '/dev'):\n"
        "    attempt(folder, os.mkdir, folder + '/x')\n"
        "attempt('env', os.open, '/usr/bin/env', os.O_WRONLY)\n",
    ),
    Attack(
        name="make and open devices",
        python="import stat\nattempt('mknod', os.mknod, 'd', stat.S_IFBLK | 0o666, os.makedev(8, 0))\n"
        "for n in ('sda', 'vda', 'mem', 'kmsg', 'kvm', 'fuse', 'tty', 'ptmx'):\n"
        "    attempt(n, os.open, '/dev/' + n, os.O_RDONLY)\n",
    ),
    Attack(
        name="change settings of the kernel",
        python="for n in ('kernel/core_pattern', 'vm/drop_caches', 'kernel/sysrq', "
        "'user/max_user_namespaces', 'net/ipv4/ip_forward', 'kernel/hostname'):\n"
        "    attempt(n, os.open, '/proc/sys/' + n, os.O_WRONLY)\n",
    ),
    Attack(
        name="read files of the host",
        python="for p in ('/etc/shadow', '/root', '/home', '/var', '/run', '/sys', '/boot',\n"
        "          '/proc/1/root/etc/shadow', '/proc/kcore', '/proc/kmsg'):\n"
        "    attempt(p, lambda: os.listdir(p) if os.path.isdir(p) else open(p, 'rb'))\n",
    ),
    Attack(
        name="open sockets into the kernel",
        python="for family in (16, 17, 38, 40, 44, 31, 15, 29):\n"
        "    attempt(family, socket.socket, family, socket.SOCK_RAW)\n"
        "attempt('raw', socket.socket, socket.AF_INET, socket.SOCK_RAW, 255)\n",
    ),
    Attack(
        name="have the kernel start modprobe as root",
        python="import fcntl\n"
        "for family in (socket.AF_INET, socket.AF_INET6):\n"
        "    attempt('stream', socket.socket, family, socket.SOCK_STREAM, socket.IPPROTO_UDP)\n"
        "    attempt('packets', socket.socket, family, socket.SOCK_SEQPACKET)\n"
        "with socket.socket() as s:\n"
        "    for n in (0x8940, 0x8982): attempt(hex(n), fcntl.ioctl, s, n, bytearray(64))\n"
        "    attempt('key', s.setsockopt, socket.IPPROTO_TCP, 38, bytes(512))\n",
    ),
    Attack(
        name="reach listeners of this machine",
        python="port, name = int(os.environ['PORT']), os.environ['NAME']\n"
        "for host in ('127.0.0.1', '0.0.0.0', '::1'):\n"
        "    attempt(host, socket.create_connection, (host, port), 1)\n"
        "attempt('abstract', socket.socket(socket.AF_UNIX).connect, '\\0' + name)\n",
    ),
    Attack(
        name="reach the network and the cloud's metadata",
        python="for host in ('169.254.169.254', '192.0.2.1', '10.0.0.1'):\n"
        "    attempt(host, socket.socket(type=socket.SOCK_DGRAM).connect, (host, 80))\n",
    ),
    Attack(
        name="find the environment of who started it",
        python="for pid in (n for n in os.listdir('/proc') if n.isdigit()):\n"
        "    try: pairs = open(f'/proc/{pid}/environ').read().split('\\0')\n"
        "    except OSError: continue\n"
        "    names = {pair.split('=')[0] for pair in pairs}\n"
        "    got += names - {'PATH', 'HOME', 'LANG', 'LC_CTYPE', 'PORT', 'NAME', ''}\n",
    ),
    Attack(
        name="pass links and fifos off as its files",
        sh="ln -s /etc/passwd a; ln -s / b; ln -s /proc/self/environ c; mkfifo d; echo x > ok; echo held",
        files=("ok",),
    ),
)
