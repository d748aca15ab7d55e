"""The committed filters against a table of calls, for both machines.

x86_64 is also run by a real kernel, in tests/sandbox. The aarch64 bytes are only evaluated, never
run: no test here says anything about an aarch64 kernel.
"""

from errno import EAFNOSUPPORT, EINVAL, ENOMEM, ENOSYS, ENOTTY, EPERM, EPROTONOSUPPORT

import pytest

from executor.errors import BackendUnavailableError
from executor.sandbox.seccomp import load
from executor.sandbox.seccomp.policy import POLICY
from executor.sandbox.seccomp.rules import calls
from tests.unit.executor.sandbox.bpf_evaluator import ALLOW, KILL_PROCESS, evaluate
from tests.unit.executor.sandbox.committed_filters import (
    AUDIT,
    FILTERS,
    X32_BIT,
    each_machine,
    judge,
    names_on,
    number_on,
    refused,
)

HIGH = 0xDEADBEEF << 32  # what a program may leave in the half that the kernel does not look at
ALL_BITS = (1 << 64) - 1


@each_machine
@pytest.mark.parametrize(
    ("call", "arguments", "action"),
    [
        pytest.param("clone", (0x3D0F00,), ALLOW, id="a-thread"),
        pytest.param("clone", (0x1200011,), ALLOW, id="fork-as-glibc-does-it"),
        pytest.param("clone", (0x4111,), ALLOW, id="posix_spawn"),
        pytest.param("clone", (0x1011,), ALLOW, id="fork-with-a-pidfd"),
        pytest.param("clone", (0x7E020080 << 32 | 0x11,), ALLOW, id="namespaces-in-the-dead-half"),
        pytest.param("clone", (0x00020011,), refused(EPERM), id="new-mount-namespace"),
        pytest.param("clone", (0x02000011,), refused(EPERM), id="new-cgroup-namespace"),
        pytest.param("clone", (0x04000011,), refused(EPERM), id="new-uts-namespace"),
        pytest.param("clone", (0x08000011,), refused(EPERM), id="new-ipc-namespace"),
        pytest.param("clone", (0x10000011,), refused(EPERM), id="new-user-namespace"),
        pytest.param("clone", (0x20000011,), refused(EPERM), id="new-pid-namespace"),
        pytest.param("clone", (0x40000011,), refused(EPERM), id="new-net-namespace"),
        pytest.param("clone", (0x00000080,), refused(EPERM), id="new-time-namespace"),
        pytest.param("clone", (HIGH | 0x10000011,), refused(EPERM), id="new-user-and-high-half"),
        pytest.param("clone3", (0x7FFF0000, 88), refused(ENOSYS), id="flags-behind-a-pointer"),
        pytest.param("unshare", (0x10000000,), refused(ENOSYS), id="unshare"),
        pytest.param("setns", (3, 0), refused(ENOSYS), id="setns"),
        pytest.param("socket", (1, 1, 0), ALLOW, id="unix-stream"),
        pytest.param("socket", (2, 1 | 0o2004000, 6), ALLOW, id="tcp-cloexec-nonblock"),
        pytest.param("socket", (10, 2, 17), ALLOW, id="udp-over-ipv6"),
        pytest.param("socket", (2, 2, 1), ALLOW, id="ping-socket"),
        pytest.param("socket", (HIGH | 2, HIGH | 1, HIGH), ALLOW, id="socket-and-high-halves"),
        pytest.param("socket", (0, 1, 0), refused(EAFNOSUPPORT), id="af-unspec"),
        pytest.param("socket", (16, 3, 0), refused(EAFNOSUPPORT), id="af-netlink"),
        pytest.param("socket", (17, 3, 0), refused(EAFNOSUPPORT), id="af-packet"),
        pytest.param("socket", (29, 3, 1), refused(EAFNOSUPPORT), id="af-can"),
        pytest.param("socket", (31, 3, 1), refused(EAFNOSUPPORT), id="af-bluetooth"),
        pytest.param("socket", (38, 5, 0), refused(EAFNOSUPPORT), id="af-alg"),
        pytest.param("socket", (40, 1, 0), refused(EAFNOSUPPORT), id="af-vsock"),
        pytest.param("socket", (44, 3, 0), refused(EAFNOSUPPORT), id="af-xdp"),
        pytest.param(
            "socket", (2 << 32, 1, 0), refused(EAFNOSUPPORT), id="family-in-the-dead-half"
        ),
        pytest.param("socket", (2, 10, 0x300), refused(EPERM), id="af-packet-by-its-old-name"),
        pytest.param("socket", (2, 3, 1), refused(EPERM), id="raw-socket"),
        pytest.param("socket", (2, 6, 33), refused(EPERM), id="dccp"),
        pytest.param("socket", (10, 2, 58), ALLOW, id="ping-socket-over-ipv6"),
        pytest.param("socket", (2, 5, 132), refused(EPROTONOSUPPORT), id="sctp"),
        pytest.param("socket", (2, 1, 262), refused(EPROTONOSUPPORT), id="mptcp"),
        pytest.param("socket", (2, 1, 256), refused(EPROTONOSUPPORT), id="smc"),
        pytest.param("socketpair", (1, 1, 0, 0x7FFF0000), ALLOW, id="pair-of-unix-streams"),
        pytest.param("socketpair", (30, 5, 0), refused(EAFNOSUPPORT), id="pair-of-tipc"),
        pytest.param("socketpair", (1, 5, 0), ALLOW, id="pair-of-unix-packets"),
        pytest.param("socketpair", (1, 1, 1), ALLOW, id="pair-with-pf-unix-for-protocol"),
        pytest.param("socket", (2, 1, 17), refused(EPROTONOSUPPORT), id="stream-of-udp"),
        pytest.param(
            "socket", (2, 1 | 0o2004000, HIGH | 17), refused(EPROTONOSUPPORT), id="hidden"
        ),
        pytest.param("socket", (2, 1, 1), refused(EPROTONOSUPPORT), id="stream-of-icmp"),
        pytest.param("socket", (10, 1, 58), refused(EPROTONOSUPPORT), id="stream-of-icmpv6"),
        pytest.param("socket", (2, 2, 6), refused(EPROTONOSUPPORT), id="datagrams-of-tcp"),
        pytest.param("socket", (2, 2, 58), refused(EPROTONOSUPPORT), id="icmpv6-over-ipv4"),
        pytest.param("socket", (10, 2, 1), refused(EPROTONOSUPPORT), id="icmp-over-ipv6"),
        pytest.param("socket", (2, 5, 0), refused(EPROTONOSUPPORT), id="packets-of-ipv4"),
        pytest.param("socketpair", (10, 5, 6), refused(EPROTONOSUPPORT), id="packets-of-ipv6"),
        pytest.param("setsockopt", (3, 1, 2), ALLOW, id="reuseaddr"),
        pytest.param("setsockopt", (3, 6, 26), ALLOW, id="the-same-number-for-tcp"),
        pytest.param("setsockopt", (3, 1, 26), refused(EPERM), id="socket-filter"),
        pytest.param("setsockopt", (3, 1, 50), refused(EPERM), id="socket-bpf"),
        pytest.param("setsockopt", (3, HIGH | 1, HIGH | 51), refused(EPERM), id="reuseport-filter"),
        pytest.param("setsockopt", (3, 1, 52), refused(EPERM), id="reuseport-bpf"),
        pytest.param("setsockopt", (3, 6, 1), ALLOW, id="nodelay"),
        pytest.param("setsockopt", (3, 6, 13), ALLOW, id="congestion-control"),
        pytest.param("setsockopt", (3, 1, 14), ALLOW, id="the-same-number-for-sockets"),
        pytest.param("setsockopt", (3, HIGH | 6, HIGH | 14), refused(EPERM), id="tcp-md5"),
        pytest.param("setsockopt", (3, 6, 31), refused(EPERM), id="tcp-upper-layer"),
        pytest.param("setsockopt", (3, 6, 38), refused(EPERM), id="tcp-key-of-any-algorithm"),
        pytest.param("ioctl", (0, 0x5401), ALLOW, id="isatty"),
        pytest.param("ioctl", (0, 0x5413), ALLOW, id="window-size"),
        pytest.param("ioctl", (3, 0x541B), ALLOW, id="fionread"),
        pytest.param("ioctl", (0, 0x5412), refused(EPERM), id="tiocsti"),
        pytest.param("ioctl", (0, HIGH | 0x5412), refused(EPERM), id="tiocsti-and-high-half"),
        pytest.param("ioctl", (0, 0x541C), refused(EPERM), id="tioclinux"),
        pytest.param("ioctl", (0, 0x5423), refused(EPERM), id="tiocsetd"),
        pytest.param("ioctl", (0, 0x541D), refused(EPERM), id="tioccons"),
        pytest.param("ioctl", (3, 0x8912), ALLOW, id="list-of-interfaces"),
        pytest.param("ioctl", (3, HIGH | 0x8940), refused(EPERM), id="bridges"),
        pytest.param("ioctl", (3, 0x8983), refused(EPERM), id="vlans"),
        pytest.param("ioctl", (3, 0x89A0), refused(EPERM), id="a-new-bridge"),
        pytest.param("ioctl", (3, 0xC020660B), refused(EPERM), id="blocks-of-a-file"),
        pytest.param("ioctl", (3, 0xFFFFFFFFC020660B), refused(EPERM), id="sign-extended"),
        pytest.param("ioctl", (3, 0x80086601), ALLOW, id="flags-of-a-file"),
        pytest.param("ioctl", (3, 0x9408), refused(ENOTTY), id="btrfs-sync"),
        pytest.param("ioctl", (3, HIGH | 0x80089418), refused(ENOTTY), id="btrfs-start-sync"),
        pytest.param("ioctl", (3, 0x40049409), refused(ENOTTY), id="clone-a-file"),
        pytest.param("fcntl", (3, 2, 1), ALLOW, id="close-on-exec"),
        pytest.param("fcntl", (3, 6, 0x7FFF0000), ALLOW, id="record-lock"),
        pytest.param("fcntl", (3, 1024, 1), refused(EPERM), id="lease"),
        pytest.param("fcntl", (3, 1040, 1), refused(EPERM), id="delegation"),
        pytest.param("mmap", (0, 4096, 3, 0x22, ALL_BITS, 0), ALLOW, id="anonymous-memory"),
        pytest.param("mmap", (0, 4096, 3, 0x40022), refused(ENOMEM), id="huge-pages"),
        pytest.param("memfd_create", (0x7FFF0000, 3), ALLOW, id="memfd"),
        pytest.param("memfd_create", (0x7FFF0000, 4), refused(ENOMEM), id="memfd-of-huge-pages"),
        pytest.param("madvise", (0x7FFF0000, 4096, 4), ALLOW, id="give-memory-back"),
        pytest.param("madvise", (0, 4096, HIGH | 12), refused(EINVAL), id="merge-pages"),
        pytest.param("fadvise64", (3, 0, 0, 4), refused(0), id="drop-a-file-from-the-cache"),
        pytest.param("fsync", (3,), refused(0), id="flush-a-disk"),
        pytest.param("fdatasync", (3,), refused(0), id="flush-a-disk-for-data"),
        pytest.param("sync_file_range", (3, 0, 0, 7), refused(0), id="flush-a-range"),
        pytest.param("readahead", (3, 0, 4096), refused(0), id="read-a-disk-ahead"),
        pytest.param("prlimit64", (0, 7, 0x7FFF0000, 0), ALLOW, id="own-limit"),
        pytest.param("prlimit64", (1, 7, 0, 0x7FFF0000), ALLOW, id="look-at-anothers-limit"),
        pytest.param("prlimit64", (1, 7, 0x7FFF0000, 0), refused(EPERM), id="anothers-limit"),
        pytest.param("prlimit64", (1, 7, 1 << 32, 0), refused(EPERM), id="pointer-with-low-half-0"),
        pytest.param("prlimit64", (HIGH, 7, 0x7FFF0000), ALLOW, id="own-limit-and-high-half"),
        pytest.param("prlimit64", (0, 4, 0, 0x7FFF0000), ALLOW, id="look-at-the-core-limit"),
        pytest.param("prlimit64", (0, 4, 0x7FFF0000), refused(0), id="core-limit"),
        pytest.param("prlimit64", (0, HIGH | 4, 1 << 32), refused(0), id="core-limit-hidden"),
        pytest.param("prlimit64", (1, 4, 0x7FFF0000), refused(EPERM), id="anothers-core-limit"),
        pytest.param("personality", (0xFFFFFFFF,), ALLOW, id="personality-query"),
        pytest.param("personality", (ALL_BITS,), ALLOW, id="personality-query-sign-extended"),
        pytest.param("personality", (0,), ALLOW, id="personality-linux"),
        pytest.param("personality", (0x40000,), refused(EPERM), id="no-address-randomisation"),
        pytest.param("personality", (0x400000,), refused(EPERM), id="read-implies-exec"),
        pytest.param("personality", (8,), refused(EPERM), id="personality-linux32"),
        pytest.param("prctl", (15, 0x7FFF0000), ALLOW, id="thread-name"),
        pytest.param("prctl", (1, 9), ALLOW, id="death-signal"),
        pytest.param("prctl", (4, 0), ALLOW, id="not-dumpable"),
        pytest.param("prctl", (24, 21), ALLOW, id="drop-from-the-bounding-set"),
        pytest.param("prctl", (0x53564D41, 0), ALLOW, id="name-of-a-mapping"),
        pytest.param("prctl", (22, 2, 0x7FFF0000), refused(EINVAL), id="a-filter-of-its-own"),
        pytest.param("prctl", (35, 1), refused(EINVAL), id="set-mm"),
        pytest.param("prctl", (59, 1), refused(EINVAL), id="syscall-user-dispatch"),
        pytest.param("prctl", (62, 1), refused(EINVAL), id="core-scheduling"),
        pytest.param("prctl", (9999,), refused(EINVAL), id="an-option-of-a-later-kernel"),
    ],
)
def test_arguments_decide(machine: str, call: str, arguments: tuple[int, ...], action: int) -> None:
    number = number_on(machine, call)
    assert number is not None
    assert judge(machine, number, *arguments).action == action


@each_machine
@pytest.mark.parametrize(
    "call",
    sorted(
        calls(
            "rseq statx faccessat2 membarrier close_range getrandom memfd_create futex_waitv "
            "set_robust_list sched_getaffinity sched_setaffinity execve execveat clone vfork "
            "fork wait4 waitid pidfd_open pidfd_send_signal epoll_pwait2 eventfd2 signalfd4 "
            "timerfd_create inotify_init1 arch_prctl sendfile splice copy_file_range fallocate "
            # what PID 1 and the collector do behind the filter, and PID 2 until it is the program
            "setresuid setresgid setgroups capset capget kill poll ppoll dup2 dup3 openat write"
        )
    ),
)
def test_what_runtimes_and_our_own_processes_need_passes(machine: str, call: str) -> None:
    number = number_on(machine, call)
    if number is not None:
        assert judge(machine, number).action == ALLOW


@each_machine
@pytest.mark.parametrize(
    "call",
    sorted(
        calls(
            "mount umount2 pivot_root chroot fsopen open_tree move_mount mount_setattr unshare setns "
            "add_key request_key keyctl bpf io_uring_setup io_uring_enter io_uring_register "
            "perf_event_open userfaultfd ptrace process_vm_readv process_vm_writev process_madvise "
            "pidfd_getfd kexec_load kexec_file_load init_module finit_module delete_module "
            "settimeofday clock_settime clock_adjtime adjtimex quotactl mbind set_mempolicy "
            "get_mempolicy migrate_pages move_pages syslog reboot swapon acct kcmp fanotify_init "
            "name_to_handle_at open_by_handle_at memfd_secret lookup_dcookie vhangup iopl ioperm "
            "modify_ldt clone3 seccomp vmsplice io_setup"
        )
    ),
)
@pytest.mark.parametrize("argument", [0, ALL_BITS], ids=["zeros", "ones"])
def test_what_attacks_start_with_does_not_exist(machine: str, call: str, argument: int) -> None:
    number = number_on(machine, call)
    if number is not None:
        assert judge(machine, number, *[argument] * 6).action == refused(ENOSYS)


@each_machine
@pytest.mark.parametrize(
    "options",
    [
        # death signal, dumpable, keepcaps, seccomp?, bounding set, no_new_privs, ambient set
        pytest.param((1, 4, 8, 21, 23, 24, 38, 39, 47), id="our-own-processes"),
        pytest.param((2, 3, 7, 15, 16, 27, 28, 29, 30, 36, 37), id="what-every-process-has"),
        pytest.param((40, 41, 42, 52, 65, 66, 0x53564D41, 0x59616D61), id="memory-and-crash-dumps"),
        pytest.param((50, 51, 54, 55, 56, 60, 61, 63, 64), id="aarch64-processors"),
    ],
)
def test_prctl_keeps_what_runtimes_use(machine: str, options: tuple[int, ...]) -> None:
    number = number_on(machine, "prctl")
    assert number is not None
    actions = {option: judge(machine, number, option).action for option in options}
    assert actions == dict.fromkeys(options, ALLOW)


@each_machine
def test_prctl_knows_no_other_option(machine: str) -> None:
    number = number_on(machine, "prctl")
    assert number is not None
    actions = [judge(machine, number, option).action for option in range(256)]
    assert actions.count(refused(EINVAL)) == 256 - 35


@each_machine
@pytest.mark.parametrize("argument", [0, 1, ALL_BITS], ids=["zeros", "one", "ones"])
def test_an_allowed_call_passes_whatever_its_arguments(machine: str, argument: int) -> None:
    numbers = {name: number_on(machine, name) for name in POLICY.allowed}
    present = {name: number for name, number in numbers.items() if number is not None}
    assert len(present) > 200
    actions = {name: judge(machine, at, *[argument] * 6).action for name, at in present.items()}
    assert actions == dict.fromkeys(present, ALLOW)


@each_machine
def test_every_other_number_is_missing(machine: str) -> None:
    ruled = {call for rule in POLICY.rules for call in rule.calls}
    names = names_on(machine)
    other = [n for n in range(1025) if names.get(n) not in POLICY.allowed | ruled]
    assert len(other) > 700
    assert {judge(machine, number).action for number in other} == {refused(ENOSYS)}


@each_machine
@pytest.mark.parametrize(
    "audit",
    [
        pytest.param(0x40000003, id="i386"),
        pytest.param(0x40000028, id="arm"),
        pytest.param(0xC00000F3, id="riscv64"),
        pytest.param(0, id="none"),
        pytest.param(None, id="the-other-of-the-two"),
    ],
)
def test_a_foreign_architecture_is_killed(machine: str, audit: int | None) -> None:
    (other,) = set(AUDIT.values()) - {AUDIT[machine]}
    foreign = other if audit is None else audit
    verdicts = {
        evaluate(FILTERS[machine], number=number, audit=foreign).action for number in range(600)
    }
    assert verdicts == {KILL_PROCESS}


def test_the_x32_abi_is_killed_on_x86_64() -> None:
    actions = {judge("x86_64", X32_BIT | number).action for number in range(1025)}
    assert actions == {KILL_PROCESS}


def test_aarch64_has_no_x32_abi_to_kill() -> None:
    actions = {judge("aarch64", X32_BIT | number).action for number in range(1025)}
    assert actions == {refused(ENOSYS)}


def test_the_core_limit_stays_by_its_old_call() -> None:  # aarch64's is the same, by another number
    for machine in FILTERS:
        number = number_on(machine, "setrlimit")
        assert number is not None
        assert judge(machine, number, 7, 0x7FFF0000).action == ALLOW
        assert judge(machine, number, HIGH | 4, 0x7FFF0000).action == refused(0)


@each_machine
def test_the_kernel_can_know_unconditional_answers_without_running_the_filter(machine: str) -> None:
    # seccomp_is_const_allow in kernel/seccomp.c gives up at a load of anything but these two words
    for name in POLICY.allowed:
        number = number_on(machine, name)
        if number is not None:
            assert judge(machine, number, *[ALL_BITS] * 6).offsets == {0, 4}, name


@each_machine
def test_no_call_costs_many_instructions(machine: str) -> None:
    ruled = {number_on(machine, call) for rule in POLICY.rules for call in rule.calls}
    steps = {number: judge(machine, number).steps for number in range(1025)}
    assert max(steps[number] for number in steps if number not in ruled) <= 14
    assert max(steps.values()) <= 64


@pytest.mark.parametrize("machine", ["i686", "armv7l", "riscv64", "arm64", "", "../x86_64"])
def test_no_filter_for_a_machine_means_no_sandbox_on_it(machine: str) -> None:
    with pytest.raises(BackendUnavailableError, match="use a machine with x86_64 or aarch64"):
        load(machine)
