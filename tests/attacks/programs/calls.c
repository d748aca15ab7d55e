/* System calls that a program has no business with: each must fail, whatever its arguments are. */
#include "attack.h"

#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/uio.h>

static char buffer[4096];

static void mounts(void) {
    TRY_AS("mount tmpfs", syscall(SYS_mount, "none", "/tmp", "tmpfs", 0L, ""));
    TRY_AS("mount proc", syscall(SYS_mount, "proc", "/tmp", "proc", 0L, ""));
    TRY_AS("remount / writable", syscall(SYS_mount, 0, "/", 0, 32L | 4096L, ""));
    TRY_AS("remount /usr writable", syscall(SYS_mount, 0, "/usr", 0, 32L | 4096L, ""));
    TRY_AS("mount overlay", syscall(SYS_mount, "o", "/tmp", "overlay", 0L, "lowerdir=/usr,upperdir=/box,workdir=/box"));
}
static void umounts(void) {
    TRY_AS("umount /proc", syscall(SYS_umount2, "/proc", 2));
    TRY_AS("umount /", syscall(SYS_umount2, "/", 2));
}
static void pivot(void) {
    TRY_AS("pivot_root", syscall(SYS_pivot_root, ".", "."));
    TRY_AS("chroot", chroot("/box"));
}
static void new_mount_calls(void) {
    TRY_AS("open_tree", syscall(428, AT_FDCWD, "/", 1));
    TRY_AS("move_mount", syscall(429, AT_FDCWD, "/usr", AT_FDCWD, "/box", 0));
    TRY_AS("fsopen", syscall(430, "tmpfs", 0));
    TRY_AS("fsconfig", syscall(431, 0, 0, 0, 0, 0));
    TRY_AS("fsmount", syscall(432, 0, 0, 0));
    TRY_AS("fspick", syscall(433, AT_FDCWD, "/", 0));
    TRY_AS("mount_setattr", syscall(442, AT_FDCWD, "/", 0, buffer, 32));
    TRY_AS("statmount", syscall(457, buffer, buffer, sizeof buffer, 0));
    TRY_AS("listmount", syscall(458, buffer, buffer, 16, 0));
    TRY_AS("open_tree_attr", syscall(467, AT_FDCWD, "/", 1, buffer, 32));
}
static const long namespaces[] = {0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x80};
static void unshares(void) {
    for (unsigned at = 0; at < sizeof namespaces / sizeof *namespaces; at++)
        TRY_AS("unshare", syscall(SYS_unshare, namespaces[at]));
}
static void clone_with(long flags, const char *what) {
    long child = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
    if (child == 0)
        _exit(0);
    outcome(what, child);
}
static void clones(void) {
    for (unsigned at = 0; at < sizeof namespaces / sizeof *namespaces; at++)
        clone_with(namespaces[at], "clone into a new namespace");
}
static void clone_high_half(void) {
    clone_with(0x10000000L | 1L << 40, "clone with bits above the flags");
    clone_with(0x10000000L | 0xffffffffL << 32, "clone with all bits above the flags");
}
static void clone3(void) {
    uint64_t arguments[11] = {0x10000000, 0, 0, 0, SIGCHLD};
    long child = syscall(435, arguments, sizeof arguments);
    if (child == 0)
        _exit(0);
    outcome("clone3 into a user namespace", child);
    arguments[0] = 0;
    child = syscall(435, arguments, sizeof arguments);
    if (child == 0)
        _exit(0);
    outcome("clone3 without flags", child);
}
static void setns_all(void) {
    const char *kinds[] = {"mnt", "pid", "net", "ipc", "uts", "user", "cgroup", "time"};
    char path[64];
    for (int at = 0; at < 8; at++) {
        snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[at]);
        int own = open(path, O_RDONLY);
        TRY_AS("setns to its own", syscall(SYS_setns, own, 0));
        snprintf(path, sizeof path, "/proc/1/ns/%s", kinds[at]);
        int first = open(path, O_RDONLY);
        if (first >= 0)
            TRY_AS("setns to that of PID 1", syscall(SYS_setns, first, 0));
    }
    int pidfd = syscall(SYS_pidfd_open, 1, 0);
    TRY_AS("setns by a pidfd", syscall(SYS_setns, pidfd, 0x20000 | 0x20000000));
}
static void file_handles(void) {
    struct {
        unsigned bytes;
        int type;
        unsigned char data[128];
    } handle = {128, 0, {0}};
    int mount_id;
    TRY_AS("name_to_handle_at", syscall(SYS_name_to_handle_at, AT_FDCWD, "/usr", &handle, &mount_id, 0));
    handle.bytes = 8;
    handle.type = 1;
    handle.data[0] = 2; /* the root inode of an ext4 file system, past every folder's mode */
    int any = open("/usr", O_RDONLY);
    TRY_AS("open_by_handle_at", syscall(SYS_open_by_handle_at, any, &handle, O_RDONLY));
}
static void keyrings(void) {
    TRY_AS("keyctl: get the session keyring", syscall(SYS_keyctl, 0, -3, 1));
    TRY_AS("keyctl: join a session keyring", syscall(SYS_keyctl, 1, "x"));
    TRY_AS("add_key", syscall(SYS_add_key, "user", "codecage", "x", 1, -4));
    TRY_AS("request_key", syscall(SYS_request_key, "user", "codecage", 0, -4));
}
static void bpf(void) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.map_type = BPF_MAP_TYPE_ARRAY;
    attributes.key_size = attributes.value_size = 4;
    attributes.max_entries = 1;
    TRY_AS("bpf: make a map", syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes));
}
static void io_uring(void) {
    TRY_AS("io_uring_setup", syscall(425, 8, buffer));
    TRY_AS("io_uring_enter", syscall(426, 0, 0, 0, 0, 0, 0));
    TRY_AS("io_uring_register", syscall(427, 0, 0, 0, 0));
}
static void aio(void) {
    unsigned long context = 0;
    TRY_AS("io_setup", syscall(SYS_io_setup, 8, &context));
}
static void perf(void) {
    memset(buffer, 0, sizeof buffer);
    buffer[4] = 112;
    TRY_AS("perf_event_open", syscall(SYS_perf_event_open, buffer, 0, -1, -1, 0));
}
static void userfault(void) { TRY_AS("userfaultfd", syscall(SYS_userfaultfd, 1)); }
static void kexec(void) {
    TRY_AS("kexec_load", syscall(SYS_kexec_load, 0, 0, 0, 0));
    TRY_AS("kexec_file_load", syscall(SYS_kexec_file_load, -1, -1, 0, "", 4));
}
static void modules(void) {
    TRY_AS("init_module", syscall(SYS_init_module, buffer, sizeof buffer, ""));
    TRY_AS("finit_module", syscall(SYS_finit_module, 0, "", 0));
    TRY_AS("delete_module", syscall(SYS_delete_module, "codecage", O_NONBLOCK));
}
static void kernel_log(void) {
    TRY_AS("syslog: read all", syscall(SYS_syslog, 3, buffer, sizeof buffer));
    TRY_AS("syslog: size", syscall(SYS_syslog, 10, 0, 0));
}
static void secret_memory(void) { TRY_AS("memfd_secret", syscall(447, 0)); }
static void reboots(void) { /* this command only turns Ctrl-Alt-Del into a signal */
    TRY_AS("reboot", syscall(SYS_reboot, 0xfee1dead, 672274793, 0, 0));
}
static void kcmp(void) { TRY_AS("kcmp", syscall(SYS_kcmp, getpid(), 1, 0, 0, 0)); }
static void clocks(void) {
    struct timespec now;
    struct timeval day;
    struct timex adjust = {.modes = ADJ_OFFSET, .offset = 0};
    clock_gettime(CLOCK_REALTIME, &now);
    gettimeofday(&day, 0);
    TRY_AS("clock_settime", syscall(SYS_clock_settime, CLOCK_REALTIME, &now));
    TRY_AS("settimeofday", syscall(SYS_settimeofday, &day, 0));
    TRY_AS("adjtimex", syscall(SYS_adjtimex, &adjust));
    TRY_AS("clock_adjtime", syscall(SYS_clock_adjtime, CLOCK_REALTIME, &adjust));
}
static void host_names(void) {
    TRY_AS("sethostname", syscall(SYS_sethostname, "evil", 4));
    TRY_AS("setdomainname", syscall(SYS_setdomainname, "evil", 4));
}
static void disks(void) {
    TRY_AS("swapon", syscall(SYS_swapon, "/box/x", 0));
    TRY_AS("swapoff", syscall(SYS_swapoff, "/box/x"));
    TRY_AS("quotactl", syscall(SYS_quotactl, 0x80000100, "/dev/vda", 0, 0));
    TRY_AS("acct", syscall(SYS_acct, "/box/x"));
    TRY_AS("sync", syscall(SYS_sync));
    TRY_AS("syncfs", syscall(SYS_syncfs, 0));
}
static void ptraces(void) {
    TRY_AS("ptrace: attach to PID 1", syscall(SYS_ptrace, PTRACE_ATTACH, 1, 0, 0));
    TRY_AS("ptrace: seize PID 1", syscall(SYS_ptrace, PTRACE_SEIZE, 1, 0, 0));
    TRY_AS("ptrace: be traced", syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0));
}
static void other_memory(void) {
    struct iovec here = {buffer, 8}, there = {buffer, 8};
    TRY_AS("process_vm_readv of PID 1", syscall(SYS_process_vm_readv, 1, &here, 1, &there, 1, 0));
    TRY_AS("process_vm_writev of PID 1", syscall(SYS_process_vm_writev, 1, &here, 1, &there, 1, 0));
    TRY_AS("process_madvise", syscall(440, syscall(SYS_pidfd_open, 1, 0), &here, 1, 21, 0));
    TRY_AS("process_mrelease", syscall(448, syscall(SYS_pidfd_open, 1, 0), 0));
}
static void other_descriptors(void) {
    int pidfd = syscall(SYS_pidfd_open, 1, 0);
    for (int at = 0; at < 8; at++)
        TRY_AS("pidfd_getfd of PID 1", syscall(438, pidfd, at, 0));
}
static void ports(void) {
#ifdef __x86_64__
    TRY_AS("iopl", syscall(SYS_iopl, 3));
    TRY_AS("ioperm", syscall(SYS_ioperm, 0x70, 2, 1));
    TRY_AS("modify_ldt", syscall(SYS_modify_ldt, 1, buffer, 16));
#else
    say("SKIP this processor has no such ports");
#endif
}
static void personalities(void) {
    TRY_AS("personality: no address randomization", syscall(SYS_personality, ADDR_NO_RANDOMIZE));
    TRY_AS("personality: read implies exec", syscall(SYS_personality, READ_IMPLIES_EXEC));
    TRY_AS("personality: page zero", syscall(SYS_personality, MMAP_PAGE_ZERO));
}
static void splices(void) {
    int ends[2];
    struct iovec piece = {buffer, sizeof buffer};
    if (pipe(ends))
        return;
    TRY_AS("vmsplice", syscall(SYS_vmsplice, ends[1], &piece, 1, 8));
    TRY_AS("remap_file_pages", syscall(SYS_remap_file_pages, buffer, 4096, 0, 0, 0));
}
static void watches(void) { TRY_AS("fanotify_init", syscall(SYS_fanotify_init, 0, 0)); }
static void filters(void) {
    struct sock_filter allow[] = {{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
    struct sock_fprog program = {1, allow};
    TRY_AS("seccomp: one more filter", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
    TRY_AS("prctl: one more filter", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
    TRY_AS("landlock", syscall(444, 0, 0, 1));
}
static void prctls(void) {
    TRY_AS("prctl SET_MM", prctl(PR_SET_MM, PR_SET_MM_START_BRK, 4096, 0, 0));
    TRY_AS("prctl SCHED_CORE", prctl(62, 1, 0, 0, 0));
    TRY_AS("prctl SET_SYSCALL_USER_DISPATCH", prctl(59, 1, 0, 0, 0));
    TRY_AS("prctl SET_SPECULATION_CTRL", prctl(53, 0, 2, 0, 0));
    TRY_AS("prctl MCE_KILL", prctl(33, 1, 1, 0, 0));
    TRY_AS("prctl SET_IO_FLUSHER", prctl(57, 1, 0, 0, 0));
}
static void numa(void) {
    unsigned long nodes = 1;
    TRY_AS("set_mempolicy", syscall(SYS_set_mempolicy, 0, 0, 0));
    TRY_AS("mbind", syscall(SYS_mbind, buffer, 4096, 0, 0, 0, 0));
    TRY_AS("migrate_pages", syscall(SYS_migrate_pages, 1, 8, &nodes, &nodes));
    TRY_AS("move_pages", syscall(SYS_move_pages, 1, 0, 0, 0, 0, 0));
}
static void unknown_calls(void) {
    long bad = 0;
    for (long number = 470; number < 1024; number++) {
        errno = 0;
        if (syscall(number, 0, 0, 0, 0, 0, 0) != -1 || errno != ENOSYS)
            bad = number;
    }
    if (bad)
        say("BREACH call %ld is known", bad);
    else
        say("REFUSED ENOSYS calls 470 to 1023");
}
#ifdef __x86_64__
static void in_child(void (*work)(void), const char *what) {
    pid_t child = fork();
    if (child == 0) {
        work();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
        say("REFUSED SIGSYS %s", what);
    else
        say("BREACH %s: wait status %d", what, status);
}
static void int80(void) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(64L) : "memory", "r8", "r9", "r10", "r11");
    say("got parent %ld by int 0x80", result);
}
static void int80_kill(void) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(37L), "b"(1L), "c"(9L) : "memory", "r8", "r9", "r10", "r11");
    say("killed by int 0x80: %ld", result);
}
static void x32_call(void) { say("got pid %ld by x32", syscall(0x40000000 + 39)); }
static void x32_ptrace(void) { say("ptrace by x32 %ld", syscall(0x40000000 + 521, 0, 0, 0, 0)); }
#endif
static void foreign_abi(void) {
#ifdef __x86_64__
    in_child(int80, "getppid by int 0x80");
    in_child(int80_kill, "kill(1) by int 0x80");
#else
    say("SKIP this processor has no int 0x80");
#endif
}
static void x32(void) {
#ifdef __x86_64__
    in_child(x32_call, "getpid by the x32 ABI");
    in_child(x32_ptrace, "ptrace by the x32 ABI");
#else
    say("SKIP this processor has no x32 ABI");
#endif
}
static void huge_pages(void) {
    void *got = mmap(0, 2 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | 0x40000, -1, 0);
    outcome("mmap huge pages", got == MAP_FAILED ? -1 : 0);
    TRY_AS("memfd of huge pages", syscall(SYS_memfd_create, "x", 4));
    TRY_AS("SysV segment of huge pages", syscall(SYS_shmget, 0, 2 << 20, 01000 | 04000 | 0600));
}
static void leases(void) {
    int file = open("/usr/bin/env", O_RDONLY);
    TRY_AS("a lease on a shared program", fcntl(file, 1024, F_RDLCK));
    TRY_AS("a delegation on a shared folder", fcntl(open("/usr", O_RDONLY), 1040, buffer));
}

const struct attack attacks[] = {
    {"mounts", mounts}, {"umounts", umounts}, {"pivot", pivot}, {"new-mount-calls", new_mount_calls},
    {"unshares", unshares}, {"clones", clones}, {"clone-high-half", clone_high_half}, {"clone3", clone3},
    {"setns", setns_all}, {"file-handles", file_handles}, {"keyrings", keyrings}, {"bpf", bpf},
    {"io-uring", io_uring}, {"aio", aio}, {"perf", perf}, {"userfault", userfault}, {"kexec", kexec},
    {"modules", modules}, {"kernel-log", kernel_log}, {"secret-memory", secret_memory}, {"reboot", reboots},
    {"kcmp", kcmp}, {"clocks", clocks}, {"host-names", host_names}, {"disks", disks}, {"ptraces", ptraces},
    {"other-memory", other_memory}, {"other-descriptors", other_descriptors}, {"ports", ports},
    {"personalities", personalities}, {"splices", splices}, {"watches", watches}, {"filters", filters},
    {"prctls", prctls}, {"numa", numa}, {"unknown-calls", unknown_calls}, {"foreign-abi", foreign_abi},
    {"x32", x32}, {"huge-pages", huge_pages}, {"leases", leases}, {0, 0},
};
