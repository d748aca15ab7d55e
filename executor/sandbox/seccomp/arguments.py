"""Values of system calls' arguments that the policy speaks of, from the kernel's include/uapi.

The same on x86_64 and aarch64.
"""

# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. CLONE_NEWTIME (0x80) lies in
# the byte that clone takes as the exit signal and masks off; no signal has it, so it is refused.
NEW_NAMESPACES = 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000
CLONE_NEWTIME = 0x80

AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_TYPE_MASK = 1, 2, 5, 0xF
ANY_PROTOCOL, ICMP, TCP, UDP, ICMPV6 = 0, 1, 6, 17, 58
SOL_SOCKET = 1
SO_ATTACH = (26, 50, 51, 52)  # FILTER, BPF, REUSEPORT_CBPF, REUSEPORT_EBPF
# MD5SIG, ULP, MD5SIG_EXT, AO_{ADD,DEL}_KEY, AO_INFO: signed or encrypted by the kernel. Whoever names the
# algorithm makes it load a module of that name.
TCP_KEYS = (14, 31, 32, 38, 39, 40)

# Typing for another terminal, its console's menu, line disciplines (a module each), console output.
TIOCSTI, TIOCLINUX, TIOCSETD, TIOCCONS = 0x5412, 0x541C, 0x5423, 0x541D
# {GET,SET}_BR of sockets, ADD and DEL of DLCI, {GET,SET}_VLAN, BR_{ADD,DEL}{BR,IF}: whoever asks first
# makes the kernel load what would know the answer.
SIOC_MODULES = (0x8940, 0x8941, 0x8980, 0x8981, 0x8982, 0x8983, 0x89A0, 0x89A1, 0x89A2, 0x89A3)
# FIEMAP, GETFSMAP and EXT4_IOC_GET_ES_CACHE: where on the host's disk the files of /usr lie.
FIEMAP, GETFSMAP, GET_ES_CACHE = 0xC020660B, 0xC0C0583B, 0xC020662A
# The letter of btrfs' own requests; some of them flush the disk for whoever may read a file.
IOCTL_LETTER, BTRFS_LETTER = 0xFF00, 0x9400
# A lease makes whoever opens the file wait for up to 45 seconds, in another sandbox too; on images
# that belong to the sandbox's own user it would be granted.
F_SETLEASE, F_SETDELEG = 1024, 1040
MAP_HUGETLB, MFD_HUGETLB = 0x40000, 0x4
# MERGEABLE has a thread of the kernel's compare the pages, also with those of others, who can tell by the
# time a write takes.
MADV_MERGEABLE = 12

RLIMIT_CORE = 4
NOTHING_DONE = 0  # as an errno: the call says that it succeeded

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
