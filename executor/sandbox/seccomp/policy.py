"""Which system calls a sandboxed program may make: the list a reviewer reads.

Whatever is not allowed here fails with ENOSYS, also what a later kernel invents: to a program it
looks like an older kernel, and runtimes know how to fall back from that. A call of a foreign
architecture or of the x32 ABI kills the process. The same filter serves the sandbox's PID 1 and
the program, so it also holds what PID 1 needs to reap, collect and change its user.

After an edit: `python -m executor.sandbox.seccomp.generate`.
"""

from errno import EAFNOSUPPORT, EINVAL, ENOMEM, ENOTTY, EPERM, EPROTONOSUPPORT

from executor.sandbox.seccomp.arguments import (
    AF_INET,
    AF_INET6,
    AF_UNIX,
    ANY_PROTOCOL,
    BTRFS_LETTER,
    CLONE_NEWTIME,
    F_SETDELEG,
    F_SETLEASE,
    FIEMAP,
    GET_ES_CACHE,
    GETFSMAP,
    ICMP,
    ICMPV6,
    IOCTL_LETTER,
    IOPRIO_WHO_PGRP,
    IOPRIO_WHO_PROCESS,
    MADV_MERGEABLE,
    MAP_HUGETLB,
    MFD_HUGETLB,
    NEW_NAMESPACES,
    NOTHING_DONE,
    PER_LINUX,
    PERSONALITY_QUERY,
    PID_1,
    PRCTL_OPTIONS,
    PRIO_PGRP,
    PRIO_PROCESS,
    RLIMIT_CORE,
    SIOC_MODULES,
    SO_ATTACH,
    SOCK_DGRAM,
    SOCK_SEQPACKET,
    SOCK_STREAM,
    SOCK_TYPE_MASK,
    SOL_SOCKET,
    TCP,
    TCP_KEYS,
    TIOCCONS,
    TIOCLINUX,
    TIOCSETD,
    TIOCSTI,
    UDP,
)
from executor.sandbox.seccomp.rules import Check, Depending, IsNull, LowWord, Policy, Rule, calls

ALLOWED = calls(
    # Descriptors: reading, writing, copying, waiting. splice and tee stay because Go's network
    # library does not fall back when they are missing.
    "read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek",
    "open openat openat2 creat close close_range dup dup2 dup3 pipe pipe2",
    "sendfile splice tee copy_file_range fallocate truncate ftruncate flock",
    "poll ppoll select pselect6 eventfd eventfd2 signalfd signalfd4",
    "epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2",
    "timerfd_create timerfd_settime timerfd_gettime",
    "inotify_init inotify_init1 inotify_add_watch inotify_rm_watch",
    # Names and metadata: everything writable is a tmpfs of the sandbox's own, mounted nodev.
    "stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2",
    "getcwd chdir fchdir getdents getdents64 readlink readlinkat",
    "mkdir mkdirat mknod mknodat rmdir unlink unlinkat rename renameat renameat2",
    "link linkat symlink symlinkat umask",
    "chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat",
    "utime utimes utimensat futimesat",
    "setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr",
    "listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr",
    # Memory. Protection keys, shadow stacks and seals only ever narrow what a process may do with
    # its own pages; RLIMIT_MEMLOCK is 0.
    "brk munmap mprotect mremap msync mincore membarrier",
    "mlock mlock2 mlockall munlock munlockall",
    "pkey_alloc pkey_free pkey_mprotect map_shadow_stack mseal",
    # Processes and threads; a pid namespace of its own bounds whom they reach. clone has a rule.
    "fork vfork execve execveat exit exit_group wait4 waitid kill tkill tgkill",
    "pidfd_open pidfd_send_signal futex futex_waitv set_robust_list get_robust_list rseq",
    "set_tid_address gettid getpid getppid getpgid setpgid getpgrp getsid setsid arch_prctl",
    "restart_syscall getcpu sched_yield sched_getaffinity",
    "sched_getparam sched_getscheduler sched_getattr",
    "sched_get_priority_max sched_get_priority_min sched_rr_get_interval",
    "getpriority ioprio_get getrlimit getrusage times",
    # Signals, clocks and timers; the clocks can be read, not set.
    "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait",
    "rt_sigqueueinfo rt_tgsigqueueinfo sigaltstack pause alarm getitimer setitimer",
    "timer_create timer_settime timer_gettime timer_getoverrun timer_delete",
    "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time",
    # Users and capabilities: PID 1 changes user with them; a program holds no capability and
    # cannot gain one, so for it they only fail or lower.
    "getuid geteuid getresuid setuid setreuid setresuid setfsuid",
    "getgid getegid getresgid setgid setregid setresgid setfsgid",
    "getgroups setgroups capget capset",
    # Sockets once made, in a network namespace with nothing but lo. Making them has rules.
    "bind listen accept accept4 connect shutdown getsockname getpeername getsockopt",
    "sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg",
    # System V and POSIX queues, in an IPC namespace of its own, charged to the memory cgroup.
    "shmget shmat shmctl shmdt semget semop semtimedop semctl msgget msgsnd msgrcv msgctl",
    "mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr",
    # Questions about the machine that /proc answers anyway, and randomness.
    "uname sysinfo getrandom",
)

LEFT_OUT = calls(
    # The view of the file system is set up before the program starts and then stays as it is.
    "mount umount2 pivot_root chroot fsopen fsconfig fsmount fspick open_tree move_mount",
    "mount_setattr statmount listmount swapon swapoff quotactl quotactl_fd acct",
    "name_to_handle_at open_by_handle_at",  # opens files by number, past every folder's mode
    # Namespaces. clone3 has its flags behind a pointer, where no filter can see them; told
    # ENOSYS, glibc and Go use clone.
    "unshare setns clone3",
    # Into other processes, and what lets user space stop the kernel half-way.
    "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease pidfd_getfd kcmp",
    "userfaultfd",
    # Large kernel subsystems that no runtime needs to run and exploits keep coming through.
    "bpf perf_event_open io_uring_setup io_uring_enter io_uring_register",
    "add_key request_key keyctl",  # keyrings also join two sandboxes of one user
    "fanotify_init fanotify_mark landlock_create_ruleset landlock_add_rule landlock_restrict_self",
    "lsm_get_self_attr lsm_set_self_attr lsm_list_modules lookup_dcookie",
    # A program's own filters are compiled into one pool of the whole machine; when it is used up
    # no further sandbox can install its filter (errno 524). See setsockopt and prctl below.
    "seccomp",
    # vmsplice pins pages over a fork (CVE-2020-29374) and a forked sandbox shares pages with its
    # template; memfd_secret memory is hidden from the kernel too.
    "vmsplice memfd_secret remap_file_pages",
    # The whole machine: its clock, modules, log, accounting, disks, and counts it keeps once for
    # everybody (aio-max-nr). sync and syncfs flush disks of the host.
    "settimeofday clock_settime adjtimex clock_adjtime reboot kexec_load kexec_file_load",
    "init_module finit_module delete_module syslog sethostname setdomainname vhangup sync syncfs",
    "io_setup io_destroy io_getevents io_pgetevents io_submit io_cancel",
    # Ports and descriptor tables of the processor.
    "iopl ioperm modify_ldt",
    # Memory policy of the machine's nodes. All or none: runtimes that get ENOSYS for the first
    # question take the machine for one without nodes.
    "get_mempolicy set_mempolicy set_mempolicy_home_node mbind migrate_pages move_pages",
    # Newer or rarer than anything a runtime asks for without a fall-back.
    "cachestat futex_wake futex_wait futex_requeue sched_setattr ustat sysfs uselib",
    # Gone from 64-bit kernels or never there.
    "_sysctl create_module get_kernel_syms query_module nfsservctl getpmsg putpmsg afs_syscall",
    "tuxcall security set_thread_area get_thread_area epoll_ctl_old epoll_wait_old vserver",
)

IS_UNIX = LowWord(argument=0, values=(AF_UNIX,))


def _of_type(*types: int) -> LowWord:
    """Say that a socket is of one of ``types``, whatever flags stand beside it."""
    return LowWord(argument=1, mask=SOCK_TYPE_MASK, values=types)


RULES = (
    # The low half only: the kernel uses lower_32_bits(clone_flags). Same place on both machines.
    Rule(
        ("clone",),
        (Check((LowWord(argument=0, mask=NEW_NAMESPACES | CLONE_NEWTIME, values=(0,)),), EPERM),),
    ),
    # Family, type and protocol are ints. EAFNOSUPPORT is what getifaddrs can live with. The type
    # matters because (AF_INET, SOCK_PACKET) is another name for AF_PACKET, the protocol because
    # SCTP, DCCP, MPTCP, SMC and L2TP would be loaded as modules on request. For a pair that no
    # protocol answers to (TCP's type with UDP's number) the kernel starts modprobe each time, as root
    # and in nobody's cgroup; for unix sockets it never does.
    Rule(
        ("socket", "socketpair"),
        (
            Check((LowWord(argument=0, values=(AF_UNIX, AF_INET, AF_INET6)),), EAFNOSUPPORT),
            Check((_of_type(SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET),), EPERM),
            Check(
                (
                    IS_UNIX,
                    Depending(
                        on=_of_type(SOCK_SEQPACKET),
                        then=IS_UNIX,
                        otherwise=Depending(
                            on=_of_type(SOCK_STREAM),
                            then=LowWord(argument=2, values=(ANY_PROTOCOL, TCP)),
                            otherwise=Depending(
                                on=LowWord(argument=0, values=(AF_INET,)),
                                then=LowWord(argument=2, values=(ANY_PROTOCOL, UDP, ICMP)),
                                otherwise=LowWord(argument=2, values=(ANY_PROTOCOL, UDP, ICMPV6)),
                            ),
                        ),
                    ),
                ),
                EPROTONOSUPPORT,
            ),
        ),
    ),
    # Level and option are ints. A socket's BPF program comes from the same pool as seccomp's.
    Rule(
        ("setsockopt",),
        (
            Check(
                (
                    LowWord(argument=1, values=(SOL_SOCKET,), among=False),
                    LowWord(argument=2, values=SO_ATTACH, among=False),
                ),
                EPERM,
            ),
            Check(
                (
                    LowWord(argument=1, values=(TCP,), among=False),
                    LowWord(argument=2, values=TCP_KEYS, among=False),
                ),
                EPERM,
            ),
        ),
    ),
    # The command is an unsigned int (CVE-2019-7303 was a filter that compared all 64 bits).
    Rule(
        ("ioctl",),
        (
            Check(
                (
                    LowWord(
                        argument=1,
                        values=(
                            *(TIOCSTI, TIOCLINUX, TIOCSETD, TIOCCONS),
                            *SIOC_MODULES,
                            *(FIEMAP, GETFSMAP, GET_ES_CACHE),
                        ),
                        among=False,
                    ),
                ),
                EPERM,
            ),
            # What every other file system says to them, and what cp goes on from.
            Check(
                (LowWord(argument=1, mask=IOCTL_LETTER, values=(BTRFS_LETTER,), among=False),),
                ENOTTY,
            ),
        ),
    ),
    Rule(
        ("fcntl",),
        (Check((LowWord(argument=1, values=(F_SETLEASE, F_SETDELEG), among=False),), EPERM),),
    ),
    # Huge pages come from a pool of the whole machine and no memory cgroup counts them. ENOMEM is
    # the answer of a machine whose pool is empty. Both flags lie in the low half.
    Rule(("mmap",), (Check((LowWord(argument=3, mask=MAP_HUGETLB, values=(0,)),), ENOMEM),)),
    Rule(
        ("memfd_create",), (Check((LowWord(argument=1, mask=MFD_HUGETLB, values=(0,)),), ENOMEM),)
    ),
    Rule(
        ("madvise",),
        (Check((LowWord(argument=2, values=(MADV_MERGEABLE,), among=False),), EINVAL),),
    ),
    # Everything that a program may write to is memory, and for what it may only read, the host's /usr, they
    # would flush the host's disk, or drop what others have in its cache. msync does neither for a mapping
    # of what was opened to be read.
    Rule(
        ("fsync", "fdatasync", "sync_file_range", "fadvise64", "readahead"),
        (Check((), NOTHING_DONE),),
    ),
    # Limits of oneself, or only looking: PID 1 must not be given a limit of no descriptors. The
    # pid is an int, the new limit a pointer. The limit of core dumps stays at the 1 that the runner has set:
    # it is the only one at which the kernel does not start the host's core handler, as root. Who wants no
    # dump is told that there will be none.
    Rule(
        ("prlimit64",),
        (
            Check((LowWord(argument=0, values=(0,)), IsNull(argument=2)), EPERM),
            Check(
                (LowWord(argument=1, values=(RLIMIT_CORE,), among=False), IsNull(argument=2)),
                NOTHING_DONE,
            ),
        ),
    ),
    Rule(
        ("setrlimit",),
        (Check((LowWord(argument=0, values=(RLIMIT_CORE,), among=False),), NOTHING_DONE),),
    ),
    # Where sandboxes have a single user, PID 1 is the program's too, and one that never gets its turn
    # counts nothing and ends nothing. All are ints; PRIO_USER would reach PID 1 without naming it.
    Rule(
        ("sched_setaffinity", "sched_setparam", "sched_setscheduler"),
        (Check((LowWord(argument=0, values=(PID_1,), among=False),), EPERM),),
    ),
    Rule(
        ("setpriority",),
        (
            Check((LowWord(argument=0, values=(PRIO_PROCESS, PRIO_PGRP)),), EPERM),
            Check((LowWord(argument=1, values=(PID_1,), among=False),), EPERM),
        ),
    ),
    Rule(
        ("ioprio_set",),
        (
            Check((LowWord(argument=0, values=(IOPRIO_WHO_PROCESS, IOPRIO_WHO_PGRP)),), EPERM),
            Check((LowWord(argument=1, values=(PID_1,), among=False),), EPERM),
        ),
    ),
    # An unsigned int: everything else than plain Linux weakens the layout of memory.
    Rule(
        ("personality",),
        (Check((LowWord(argument=0, values=(PER_LINUX, PERSONALITY_QUERY)),), EPERM),),
    ),
    # An int; EINVAL is what a kernel says that does not know the option.
    Rule(("prctl",), (Check((LowWord(argument=0, values=PRCTL_OPTIONS),), EINVAL),)),
)

POLICY = Policy(allowed=ALLOWED, rules=RULES, left_out=LEFT_OUT)
