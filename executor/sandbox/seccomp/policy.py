"""Which system calls a sandboxed program may make: the list a reviewer reads.

Whatever is not allowed here fails with ENOSYS, also what a later kernel invents: to a program it
looks like an older kernel, and runtimes know how to fall back from that. A call of a foreign
architecture or of the x32 ABI kills the process. The same filter serves the sandbox's PID 1 and
the program, so it also holds what PID 1 needs to reap, collect and change its user.

After an edit: `python -m executor.sandbox.seccomp.generate`.
"""

from errno import EAFNOSUPPORT, EINVAL, ENOMEM, EPERM, EPROTONOSUPPORT

from executor.sandbox.seccomp.rules import Check, IsNull, LowWord, Policy, Rule, calls

ALLOWED = calls(
    # Descriptors: reading, writing, copying, waiting. splice and tee stay because Go's network
    # library does not fall back when they are missing.
    "read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek",
    "open openat openat2 creat close close_range dup dup2 dup3 pipe pipe2",
    "sendfile splice tee copy_file_range fallocate truncate ftruncate fadvise64 readahead",
    "fsync fdatasync sync_file_range flock",
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
    "brk munmap mprotect mremap madvise msync mincore membarrier",
    "mlock mlock2 mlockall munlock munlockall",
    "pkey_alloc pkey_free pkey_mprotect map_shadow_stack mseal",
    # Processes and threads; a pid namespace of its own bounds whom they reach. clone has a rule.
    "fork vfork execve execveat exit exit_group wait4 waitid kill tkill tgkill",
    "pidfd_open pidfd_send_signal futex futex_waitv set_robust_list get_robust_list rseq",
    "set_tid_address gettid getpid getppid getpgid setpgid getpgrp getsid setsid arch_prctl",
    "restart_syscall getcpu sched_yield sched_getaffinity",
    "sched_getparam sched_getscheduler sched_getattr",
    "sched_get_priority_max sched_get_priority_min sched_rr_get_interval",
    "getpriority ioprio_get getrlimit setrlimit getrusage times",
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

# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. CLONE_NEWTIME (0x80) lies in
# the byte that clone takes as the exit signal and masks off; no signal has it, so it is refused.
NEW_NAMESPACES = 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000
CLONE_NEWTIME = 0x80

AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_TYPE_MASK = 1, 2, 5, 0xF
ANY_PROTOCOL, ICMP, TCP, UDP, ICMPV6 = 0, 1, 6, 17, 58
SOL_SOCKET = 1
SO_ATTACH = (26, 50, 51, 52)  # FILTER, BPF, REUSEPORT_CBPF, REUSEPORT_EBPF

# Typing for another terminal, its console's menu, line disciplines (a module each), console output.
TIOCSTI, TIOCLINUX, TIOCSETD, TIOCCONS = 0x5412, 0x541C, 0x5423, 0x541D
# A lease makes whoever opens the file wait for up to 45 seconds, in another sandbox too; on images
# that belong to the sandbox's own user it would be granted.
F_SETLEASE, F_SETDELEG = 1024, 1040
MAP_HUGETLB, MFD_HUGETLB = 0x40000, 0x4

PRIO_PROCESS, PRIO_PGRP = 0, 1
IOPRIO_WHO_PROCESS, IOPRIO_WHO_PGRP = 1, 2
PID_1 = 1

PERSONALITY_QUERY, PER_LINUX = 0xFFFFFFFF, 0

# Refused are, among others, SET_SECCOMP (see LEFT_OUT), SET_MM, SYSCALL_USER_DISPATCH,
# SET_SPECULATION_CTRL, and SCHED_CORE, which idles the neighbouring hardware thread.
PRCTL_OPTIONS = (
    *(1, 2),  # {SET,GET}_PDEATHSIG
    *(3, 4),  # {GET,SET}_DUMPABLE
    *(7, 8, 27, 28, 47),  # {GET,SET}_KEEPCAPS, {GET,SET}_SECUREBITS, CAP_AMBIENT
    *(15, 16, 0x53564D41),  # {SET,GET}_NAME of a thread, SET_VMA: the name of a mapping
    *(21, 23, 24),  # GET_SECCOMP, CAPBSET_{READ,DROP}
    *(29, 30),  # {SET,GET}_TIMERSLACK
    *(36, 37),  # {SET,GET}_CHILD_SUBREAPER
    *(38, 39),  # {SET,GET}_NO_NEW_PRIVS
    *(40, 41, 42),  # GET_TID_ADDRESS, {SET,GET}_THP_DISABLE
    *(50, 51, 63, 64),  # {SVE,SME}_{SET,GET}_VL: aarch64 vector lengths
    52,  # GET_SPECULATION_CTRL
    *(54, 55, 56, 60, 61),  # aarch64 pointer authentication and tagged addresses
    *(65, 66),  # {SET,GET}_MDWE
    0x59616D61,  # SET_PTRACER: crash handlers ask for it
)

RULES = (
    # The low half only: the kernel uses lower_32_bits(clone_flags). Same place on both machines.
    Rule(
        ("clone",),
        (Check((LowWord(argument=0, mask=NEW_NAMESPACES | CLONE_NEWTIME, values=(0,)),), EPERM),),
    ),
    # Family, type and protocol are ints. EAFNOSUPPORT is what getifaddrs can live with. The type
    # matters because (AF_INET, SOCK_PACKET) is another name for AF_PACKET, the protocol because
    # SCTP, DCCP, MPTCP, SMC and L2TP would be loaded as modules on request.
    Rule(
        ("socket", "socketpair"),
        (
            Check((LowWord(argument=0, values=(AF_UNIX, AF_INET, AF_INET6)),), EAFNOSUPPORT),
            Check(
                (
                    LowWord(
                        argument=1,
                        mask=SOCK_TYPE_MASK,
                        values=(SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET),
                    ),
                ),
                EPERM,
            ),
            Check(
                (LowWord(argument=2, values=(ANY_PROTOCOL, ICMP, TCP, UDP, ICMPV6)),),
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
        ),
    ),
    # The command is an unsigned int (CVE-2019-7303 was a filter that compared all 64 bits).
    Rule(
        ("ioctl",),
        (
            Check(
                (
                    LowWord(
                        argument=1, values=(TIOCSTI, TIOCLINUX, TIOCSETD, TIOCCONS), among=False
                    ),
                ),
                EPERM,
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
    # Limits of oneself, or only looking: PID 1 must not be given a limit of no descriptors. The
    # pid is an int, the new limit a pointer.
    Rule(
        ("prlimit64",),
        (Check((LowWord(argument=0, values=(0,)), IsNull(argument=2)), EPERM),),
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
