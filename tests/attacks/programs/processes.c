/* Processes, signals, scheduling, PID 1: what makes a program hard to end, or hurts who watches it. */
#include "attack.h"

#include <dirent.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/timerfd.h>

static void block_everything(void) {
    for (int number = 1; number < 65; number++)
        signal(number, SIG_IGN);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, 0);
}
static void ignore_all_signals(void) {
    block_everything();
    say("HELD");
    for (;;) {
    }
}
static void stop_oneself(void) {
    say("HELD");
    for (;;)
        raise(SIGSTOP);
}
static void stop_the_group(void) {
    for (int at = 0; at < 5; at++)
        if (fork() == 0)
            for (;;)
                pause();
    say("HELD");
    kill(0, SIGSTOP);
    pause();
}
static void fork_bomb(void) {
    for (;;)
        fork();
}
static void *forever(void *nothing) {
    for (;;)
        pause();
    return nothing;
}
static void thread_bomb(void) {
    pthread_t thread;
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    for (int made = 0;; made++)
        if (pthread_create(&thread, &small, forever, 0)) {
            if (made > 1000)
                say("UNBOUNDED %d threads", made);
            exit(1);
        }
}
static void setsid_storm(void) {
    for (;;) {
        if (fork() == 0) {
            setsid();
            if (fork() == 0) {
                setsid();
                for (int fd = 0; fd < 512; fd++)
                    close(fd);
                nap(600);
            }
            _exit(0);
        }
        while (waitpid(-1, 0, WNOHANG) > 0) {
        }
    }
}
static void orphan_storm(void) { /* each orphan wakes PID 1, whose time nobody charges to us */
    for (;;) {
        if (fork() == 0) {
            if (fork() == 0)
                _exit(0);
            _exit(0);
        }
        waitpid(-1, 0, 0);
    }
}
static void sibling_storm(void) { /* children of PID 1, not of ours */
    for (;;) {
        long child = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
        if (child == 0)
            _exit(0);
    }
}
static void fork_chain(void) { /* runs away from whoever kills one after the other */
    for (;;) {
        pid_t child = fork();
        if (child > 0 && getpid() != 2)
            _exit(0);
        if (child > 0)
            pause();
    }
}
static void vfork_hang(void) {
    say("HELD");
    if (vfork() == 0) {
        struct timespec long_time = {600, 0};
        syscall(SYS_nanosleep, &long_time, 0);
        _exit(0);
    }
}
static void zombies(void) {
    int made = 0;
    signal(SIGCHLD, SIG_DFL);
    for (; made < 5000; made++) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        if (child < 0)
            break;
    }
    say(made < 5000 ? "HELD %d zombies" : "BREACH %d zombies", made);
    exit(made < 5000 ? 1 : 0);
}
static void daemon_leave(void) {
    if (fork() == 0) {
        setsid();
        if (fork() == 0) {
            block_everything();
            for (int fd = 0; fd < 512; fd++)
                close(fd);
            for (;;)
                pause();
        }
        _exit(0);
    }
    wait(0);
    say("HELD");
}
static void death_signals(void) {
    prctl(PR_SET_PDEATHSIG, SIGSTOP);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (int at = 0; at < 8; at++)
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGCONT);
            block_everything();
            if (fork() == 0)
                for (;;)
                    pause();
            for (;;)
                pause();
        }
    say("HELD");
}
static void leader_leaves(void) { /* the main thread ends, the others go on: its process cannot be reaped */
    pthread_t thread;
    pthread_create(&thread, 0, forever, 0);
    say("HELD");
    pthread_exit(0);
}
static void kill_everybody(void) {
    pid_t child = fork();
    if (child == 0)
        for (;;)
            pause();
    kill(-1, SIGKILL);
    nap(0.2);
    say(kill(1, 0) < 0 && errno == ESRCH ? "BREACH PID 1 is gone" : "HELD PID 1 lives");
}
static void signal_pid1(void) {
    int pidfd = syscall(SYS_pidfd_open, 1, 0);
    siginfo_t forged = {.si_code = SI_QUEUE};
    for (int number = 1; number < 65; number++) {
        kill(1, number);
        syscall(SYS_tgkill, 1, 1, number);
        syscall(SYS_pidfd_send_signal, pidfd, number, 0, 0);
        forged.si_signo = number;
        syscall(SYS_rt_sigqueueinfo, 1, number, &forged);
    }
    nap(0.3);
    say(kill(1, 0) < 0 && errno == ESRCH ? "BREACH PID 1 is gone" : "HELD PID 1 lives");
}
static void limits_of_pid1(void) {
    struct rlimit none = {0, 0}, old;
    for (int which = 0; which < 16; which++)
        TRY_AS("prlimit of PID 1", syscall(SYS_prlimit64, 1, which, &none, 0));
    TRY_AS("prlimit of PID 1, high half set", syscall(SYS_prlimit64, 1L | 1L << 32, RLIMIT_NOFILE, &none, 0));
    TRY_AS("prlimit of PID 1, a pointer in the high half only",
           syscall(SYS_prlimit64, 1, RLIMIT_NOFILE, (void *)(1L << 32), &old));
}
static void schedule_pid1(void) {
    struct sched_param lowest = {0};
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    TRY_AS("PID 1 to SCHED_IDLE", sched_setscheduler(1, SCHED_IDLE, &lowest));
    TRY_AS("PID 1 to one core", sched_setaffinity(1, sizeof one, &one));
    TRY_AS("PID 1 to nice 19", setpriority(PRIO_PROCESS, 1, 19));
    TRY_AS("PID 1's group to nice 19", setpriority(PRIO_PGRP, 1, 19));
    TRY_AS("PID 1 to idle disk access", syscall(SYS_ioprio_set, 1, 1, 3 << 13));
}
static void schedule_user(void) { /* all processes of our user: PID 1 too, where it shares it */
    int before = getpriority(PRIO_PROCESS, 1);
    setpriority(PRIO_USER, 0, 19);
    setpriority(PRIO_USER, getuid(), 19);
    int after = getpriority(PRIO_PROCESS, 1);
    say(after == before ? "HELD PID 1 keeps nice %d" : "BREACH PID 1 has nice %d, had %d", after, before);
}
static void memory_of_pid1(void) {
    char path[64];
    const char *names[] = {"mem", "environ", "maps", "auxv", "stack", "syscall", "io", "pagemap", "map_files", "fd", "fdinfo/1", "root", "cwd", "exe"};
    for (unsigned at = 0; at < sizeof names / sizeof *names; at++) {
        snprintf(path, sizeof path, "/proc/1/%s", names[at]);
        char byte[64];
        int fd = open(path, O_RDONLY);
        long got = fd < 0 ? fd : read(fd, byte, sizeof byte);
        outcome(path, got);
    }
    TRY_AS("write /proc/1/mem", open("/proc/1/mem", O_WRONLY));
    TRY_AS("write /proc/1/oom_score_adj", open("/proc/1/oom_score_adj", O_WRONLY));
    TRY_AS("write /proc/1/comm", open("/proc/1/comm", O_WRONLY));
    TRY_AS("write /proc/1/uid_map", open("/proc/1/uid_map", O_WRONLY));
    TRY_AS("list /proc/1/fd", opendir("/proc/1/fd") ? 0 : -1);
    TRY_AS("list /proc/1/root", opendir("/proc/1/root/") ? 0 : -1);
    TRY_AS("list /proc/1/cwd", opendir("/proc/1/cwd/") ? 0 : -1);
    TRY_AS("robust list of PID 1", syscall(SYS_get_robust_list, 1, path, path + 8));
}
static void real_time(void) {
    struct sched_param highest = {50};
    TRY_AS("SCHED_FIFO", sched_setscheduler(0, SCHED_FIFO, &highest));
    TRY_AS("SCHED_RR", sched_setscheduler(0, SCHED_RR, &highest));
    uint32_t deadline[12] = {48, 6, 0, 0, 0, 0, 10000000, 0, 20000000, 0, 20000000, 0};
    TRY_AS("SCHED_DEADLINE", syscall(SYS_sched_setattr, 0, deadline, 0));
    TRY_AS("nice -20", setpriority(PRIO_PROCESS, 0, -20));
    TRY_AS("real-time disk access", syscall(SYS_ioprio_set, 1, 0, 1 << 13));
}
static void raise_limits(void) {
    for (int which = 0; which < 16; which++) {
        struct rlimit now, more;
        getrlimit(which, &now);
        if (now.rlim_max == RLIM_INFINITY || which == RLIMIT_CORE) /* it says yes and stays: crash-handler */
            continue;
        more.rlim_cur = more.rlim_max = now.rlim_max + 1;
        TRY_AS("setrlimit above the hard limit", setrlimit(which, &more));
    }
}
static void lock_memory(void) {
    static char page[1 << 16];
    TRY_AS("mlock", mlock(page, sizeof page));
    TRY_AS("mlockall", mlockall(MCL_CURRENT | MCL_FUTURE));
    TRY_AS("mmap locked", mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0) == MAP_FAILED ? -1 : 0);
}
static void become_root(void) {
    TRY_AS("setuid", syscall(SYS_setuid, 0));
    TRY_AS("setresuid", syscall(SYS_setresuid, 0, 0, 0));
    TRY_AS("setgid", syscall(SYS_setgid, 0));
    TRY_AS("setgroups", syscall(SYS_setgroups, 1, (gid_t[]){0}));
    TRY_AS("setuid to PID 1's", syscall(SYS_setuid, 20000));
    uint32_t header[2] = {0x20080522, 0}, sets[6] = {~0u, ~0u, ~0u, ~0u, ~0u, ~0u};
    TRY_AS("capset", syscall(SYS_capset, header, sets));
    TRY_AS("ambient", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21, 0, 0));
    TRY_AS("take no_new_privs back", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) ? -1 : 0);
    TRY_AS("keep capabilities", prctl(PR_SET_SECUREBITS, 0x3f, 0, 0, 0));
}
static void spin(void) {
    for (;;) {
    }
}
static void spin_nameless(void) {
    prctl(PR_SET_NAME, "\xff) R 1\n\xfe", 0, 0, 0);
    spin();
}
static void spin_many(void) {
    for (int at = 0; at < 8; at++)
        fork();
    spin();
}
static void tick(int number) { (void)number; }
static void timer_storm(void) {
    struct itimerval often = {{0, 1}, {0, 1}};
    signal(SIGALRM, tick);
    signal(SIGVTALRM, tick);
    signal(SIGPROF, tick);
    for (int which = 0; which < 3; which++)
        setitimer(which, &often, 0);
    say("HELD");
    spin();
}
static void many_timers(void) {
    timer_t timer;
    int made = 0;
    while (made < 100000 && timer_create(CLOCK_MONOTONIC, 0, &timer) == 0)
        made++;
    if (made == 100000)
        say("UNBOUNDED %d timers", made);
    else
        TRY_AS("one more timer", timer_create(CLOCK_MONOTONIC, 0, &timer));
}
static void pending_signals(void) {
    sigset_t all;
    int queued = 0;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, 0);
    while (queued < 100000 && sigqueue(getpid(), SIGRTMIN + 2, (union sigval){0}) == 0)
        queued++;
    if (queued == 100000)
        say("UNBOUNDED %d signals", queued);
    else
        TRY_AS("one more signal", sigqueue(getpid(), SIGRTMIN + 2, (union sigval){0}));
}
static void change_signals_of_pid1(void) { /* SIGCHLD is what PID 1 waits for: a flood of it */
    for (int at = 0; at < 200000; at++)
        kill(1, SIGCHLD);
    say("HELD");
}
static void forge_frames(void) {
    /* kind 39, EXITED, with a status of success; kind 32, READY; kind 37, an artifact */
    static const unsigned char exited[] = {39, 36, 0, 0, 0, 0, 0, 0, 0};
    static const unsigned char ready[] = {32, 0, 0, 0, 0}, artifact[] = {37, 5, 0, 0, 0, 0, 2, 0, 'x', 'y'};
    unsigned char frame[64] = {0};
    int taken = 0;
    memcpy(frame, exited, sizeof exited);
    for (int fd = 3; fd < 4096; fd++) {
        taken += write(fd, ready, sizeof ready) > 0;
        taken += write(fd, artifact, sizeof artifact) > 0;
        taken += write(fd, frame, 41) > 0;
    }
    if (taken)
        say("BREACH %d descriptors took a frame", taken);
    say("HELD");
    if (write(1, frame, 41) < 0 || write(2, frame, 41) < 0)
        _exit(8);
    _exit(7);
}
static void signals_32_to_64(void) {
    raise(SIGRTMIN + 3);
}
static void core_dump(void) {
    struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_CORE, &all);
    prctl(PR_SET_DUMPABLE, 1);
    abort();
}
static void null_pointer(void) { *(volatile int *)0 = 1; }
static void stack_overflow(void) {
    volatile char room[1 << 16];
    memset((char *)room, 1, sizeof room);
    stack_overflow();
    room[0] = 2;
}
static void exit_in_handler(int number) {
    (void)number;
    _exit(1);
}
static void handled_signal(void) {
    signal(SIGVTALRM, exit_in_handler);
    raise(SIGVTALRM);
}
static void dumpable_child(void) { /* a suid-like change of dumpability must not open PID 1 */
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_PTRACER, -1UL, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 1);
    TRY_AS("open /proc/1/mem", open("/proc/1/mem", O_RDWR));
}
static void clock_wait(void) {
    int timer = timerfd_create(CLOCK_REALTIME_ALARM, 0);
    TRY_AS("an alarm that wakes the machine", timer);
}

const struct attack attacks[] = {
    {"ignore-all-signals", ignore_all_signals}, {"stop-oneself", stop_oneself}, {"stop-the-group", stop_the_group},
    {"fork-bomb", fork_bomb}, {"thread-bomb", thread_bomb}, {"setsid-storm", setsid_storm},
    {"orphan-storm", orphan_storm}, {"sibling-storm", sibling_storm}, {"fork-chain", fork_chain},
    {"vfork-hang", vfork_hang}, {"zombies", zombies}, {"daemon", daemon_leave}, {"death-signals", death_signals},
    {"leader-leaves", leader_leaves}, {"kill-everybody", kill_everybody}, {"signal-pid1", signal_pid1},
    {"limits-of-pid1", limits_of_pid1}, {"schedule-pid1", schedule_pid1}, {"schedule-user", schedule_user},
    {"memory-of-pid1", memory_of_pid1}, {"real-time", real_time}, {"raise-limits", raise_limits},
    {"lock-memory", lock_memory}, {"become-root", become_root}, {"spin", spin}, {"spin-nameless", spin_nameless}, {"spin-many", spin_many},
    {"timer-storm", timer_storm}, {"many-timers", many_timers}, {"pending-signals", pending_signals},
    {"flood-pid1", change_signals_of_pid1}, {"forge-frames", forge_frames}, {"real-time-signal", signals_32_to_64},
    {"core-dump", core_dump}, {"null-pointer", null_pointer}, {"stack-overflow", stack_overflow},
    {"handled-signal", handled_signal}, {"dumpable", dumpable_child}, {"alarm-clock", clock_wait}, {0, 0},
};
