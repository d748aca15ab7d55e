/* Memory and other countable things, by every way the kernel has to hand them out. Where no limit meets
   a program it stops by itself at MOST, so that a machine without a limit is not hurt by the proof. */
#include "attack.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/xattr.h>

#define MIB (1L << 20)
#define MOST (256 * MIB) /* the limit of these cases is a quarter of it */

static char block[1 << 20];

static void unbounded(const char *what, long bytes) { say("UNBOUNDED %ld MiB of %s", bytes / MIB, what); }
static void held(const char *what, long bytes) { say("HELD at %ld MiB of %s", bytes / MIB, what); }
static void verdict(const char *what, long bytes) { bytes < MOST ? held(what, bytes) : unbounded(what, bytes); }

static void touch(char *memory, long bytes) {
    for (long at = 0; at < bytes; at += 4096)
        ((volatile char *)memory)[at] = 1;
}
static void anonymous(void) {
    for (long total = 0; total < MOST; total += MIB) {
        char *piece = mmap(0, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (piece == MAP_FAILED)
            return held("anonymous memory", total);
        touch(piece, MIB);
    }
    nap(0.5);
    unbounded("anonymous memory", MOST);
}
static void tree(void) { /* each process stays small */
    int ends[2];
    char done;
    pipe(ends);
    for (int at = 0; at < 8; at++)
        if (fork() == 0) {
            touch(mmap(0, MOST / 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), MOST / 8);
            write(ends[1], "", 1);
            for (;;)
                pause();
        }
    close(ends[1]);
    for (int at = 0; at < 8; at++)
        read(ends[0], &done, 1);
    nap(3);
    unbounded("memory in eight processes", MOST);
}
static void victim_games(void) { /* a child that begs to be killed first, and a hog that goes on */
    pid_t child = fork();
    int adjust = open("/proc/self/oom_score_adj", O_WRONLY);
    if (child == 0) {
        touch(mmap(0, 8 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 8 * MIB);
        nap(600);
    }
    if (adjust >= 0 && write(adjust, "0", 1) < 0)
        say("it cannot be lowered");
    anonymous();
    exit(0);
}
static void shared_anonymous(void) {
    char *piece = mmap(0, MOST, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (piece == MAP_FAILED)
        return held("shared memory", 0);
    touch(piece, MOST);
    nap(0.5);
    unbounded("shared memory", MOST);
}
static void unreadable(void) {
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    shared_anonymous();
}
static void nameless(void) { /* a name that is no text, for who reads lists of processes */
    prctl(PR_SET_NAME, "\xff) R 1\n\xfe", 0, 0, 0);
    anonymous();
}
static void *fill(void *nothing) {
    nap(0.2);
    anonymous();
    return nothing;
}
static void headless(void) { /* the first thread ends, and with it what /proc says of the memory */
    pthread_t thread;
    pthread_create(&thread, 0, fill, 0);
    pthread_exit(0);
}
static void memfds(void) {
    long total = 0;
    memset(block, 1, sizeof block);
    while (total < MOST) {
        int file = memfd_create("x", 0);
        if (file < 0)
            break;
        for (int at = 0; at < 8; at++, total += MIB)
            if (write(file, block, sizeof block) != sizeof block)
                return held("memfd", total);
    }
    nap(0.5);
    verdict("memfd", total);
}
static void one_memfd(void) {
    int file = memfd_create("x", 0);
    signal(SIGXFSZ, SIG_IGN);
    TRY_AS("a memfd of 1 TiB", ftruncate(file, 1L << 40));
}
static void segments(void) {
    long total = 0;
    for (; total < MOST; total += 8 * MIB) {
        int segment = shmget(IPC_PRIVATE, 8 * MIB, 0600 | IPC_CREAT);
        if (segment < 0)
            return held("SysV segments", total);
        char *piece = shmat(segment, 0, 0);
        touch(piece, 8 * MIB);
        shmdt(piece);
    }
    nap(0.5);
    unbounded("SysV segments", total);
}
static void message_queues(void) {
    struct {
        long kind;
        char text[8000];
    } message = {1, ""};
    long total = 0;
    for (int queue; total < MOST && (queue = msgget(IPC_PRIVATE, 0600 | IPC_CREAT)) >= 0;)
        while (msgsnd(queue, &message, sizeof message.text, IPC_NOWAIT) == 0)
            total += sizeof message.text;
    verdict("SysV messages", total);
}
static void posix_queues(void) {
    int made = 0;
    char name[32];
    struct mq_attr shape = {.mq_maxmsg = 10, .mq_msgsize = 8192};
    for (; made < 10000; made++) {
        snprintf(name, sizeof name, "/x%d", made);
        if (mq_open(name, O_CREAT | O_RDWR, 0600, &shape) < 0)
            break;
    }
    say(made < 10000 ? "HELD at %d queues" : "UNBOUNDED %d queues", made);
}
static void pipes(void) {
    long total = 0;
    for (int ends[2]; total < MOST && pipe2(ends, O_NONBLOCK) == 0;) {
        fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
        for (long wrote; (wrote = write(ends[1], block, sizeof block)) > 0;)
            total += wrote;
    }
    verdict("pipe buffers", total);
}
static void pipes_of_many(void) {
    for (int at = 0; at < 16; at++)
        if (fork() == 0) {
            pipes();
            nap(2);
            _exit(0);
        }
    nap(2);
}
static long socket_memory(const char *protocol) { /* what the whole machine has waiting in sockets */
    char line[256];
    long pages = -1;
    FILE *file = fopen("/proc/net/sockstat", "r");
    if (file == NULL)
        return -1;
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, protocol, strlen(protocol)) && strstr(line, " mem "))
            pages = atol(strstr(line, " mem ") + 5);
    fclose(file);
    return pages * 4096;
}
static void udp(void) {
    const int big = 4 << 20;
    long sent = 0, before = socket_memory("UDP:");
    for (int at = 0; at < 80 && sent < MOST; at++) {
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t length = sizeof to;
        int from = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), sink = socket(AF_INET, SOCK_DGRAM, 0);
        if (sink < 0 || bind(sink, (struct sockaddr *)&to, sizeof to))
            break;
        setsockopt(sink, SOL_SOCKET, SO_RCVBUF, &big, sizeof big);
        getsockname(sink, (struct sockaddr *)&to, &length);
        for (int piece = 0; piece < 200; piece++)
            if (sendto(from, block, 32000, 0, (struct sockaddr *)&to, sizeof to) > 0)
                sent += 32000;
    }
    long after = socket_memory("UDP:");
    if (after < 0)
        return say("HELD without a /proc to look at");
    after - before > MOST / 4 ? unbounded("UDP buffers", after - before) : held("UDP buffers", after - before);
}
static void tcp(void) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof to;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    long total = 0, before = socket_memory("TCP:");
    bind(listener, (struct sockaddr *)&to, sizeof to);
    listen(listener, 100);
    getsockname(listener, (struct sockaddr *)&to, &length);
    for (int at = 0; at < 80 && total < MOST; at++) {
        int from = socket(AF_INET, SOCK_STREAM, 0);
        if (from < 0 || connect(from, (struct sockaddr *)&to, sizeof to) || accept(listener, 0, 0) < 0)
            break;
        fcntl(from, F_SETFL, O_NONBLOCK);
        setsockopt(from, SOL_SOCKET, SO_SNDBUF, &(int){4 << 20}, sizeof(int));
        for (long wrote; (wrote = send(from, block, 65536, MSG_NOSIGNAL)) > 0;)
            total += wrote;
    }
    long after = socket_memory("TCP:");
    if (after < 0)
        return say("HELD without a /proc to look at");
    after - before > MOST / 4 ? unbounded("TCP buffers", after - before) : held("TCP buffers", after - before);
}
static void unix_sockets(void) {
    long total = 0;
    for (int ends[2]; total < MOST && socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends) == 0;) {
        setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &(int){4 << 20}, sizeof(int));
        for (long wrote; (wrote = send(ends[0], block, 65536, 0)) > 0;)
            total += wrote;
    }
    verdict("unix sockets", total);
}
static void descriptors_in_flight(void) {
    int ends[2], sent = 0;
    char control[CMSG_SPACE(sizeof(int) * 250)] = "";
    struct iovec piece = {"x", 1};
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends))
        return;
    for (; sent < 100000; sent += 250) {
        struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int) * 250);
        for (int at = 0; at < 250; at++)
            ((int *)CMSG_DATA(head))[at] = ends[0];
        if (sendmsg(ends[0], &message, 0) < 0)
            break;
    }
    say(sent < 100000 ? "HELD at %d descriptors in flight" : "UNBOUNDED %d descriptors in flight", sent);
}
static void untouched(void) { /* addresses cost nothing, and tables for them little */
    long total = 0;
    while (total < 1L << 46 && mmap(0, 1L << 40, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) != MAP_FAILED)
        total += 1L << 40;
    say("HELD with %ld TiB of addresses", total >> 40);
}
static void page_tables(void) { /* one page each 2 MiB: a table's page for every page used */
    char *room = mmap(0, 1L << 40, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED)
        return held("page tables", 0);
    madvise(room, 1L << 40, MADV_NOHUGEPAGE);
    for (long at = 0; at < MOST / 8192; at++)
        ((volatile char *)room)[at * 2 * MIB] = 1;
    nap(0.5);
    unbounded("pages and their tables", MOST);
}
static void zero_tables(void) { /* reading maps the shared zero page: only tables are used */
    char *room = mmap(0, 1L << 40, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    long sum = 0;
    if (room == MAP_FAILED)
        return held("page tables", 0);
    madvise(room, 1L << 40, MADV_NOHUGEPAGE);
    for (long at = 0; at < MOST / 4096; at++)
        sum += ((volatile char *)room)[at * 2 * MIB];
    nap(0.5);
    unbounded("page tables", MOST + sum);
}
static void many_mappings(void) {
    long made = 0;
    while (made < 1000000) {
        void *piece = mmap(0, 4096, made & 1 ? PROT_READ : PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (piece == MAP_FAILED)
            break;
        made++;
    }
    say(made < 1000000 ? "HELD at %ld mappings" : "UNBOUNDED %ld mappings", made);
}
static void descriptors(void) {
    int made = 0;
    while (made < 100000 && eventfd(0, 0) >= 0)
        made++;
    if (made == 100000)
        return say("UNBOUNDED %d descriptors", made);
    TRY_AS("one more descriptor", eventfd(0, 0));
}
static void descriptors_of_many(void) { /* 512 for each process, and the kernel's memory for them */
    for (int at = 0; at < 16; at++)
        if (fork() == 0) {
            while (epoll_create1(0) >= 0) {
            }
            nap(1);
            _exit(0);
        }
    nap(1);
    say("HELD");
}
static void watches(void) {
    int made = 0, watcher = inotify_init();
    char name[64];
    for (; made < 20000; made++) {
        snprintf(name, sizeof name, "/tmp/%d", made);
        int file = open(name, O_CREAT | O_WRONLY, 0600);
        if (file < 0 || inotify_add_watch(watcher, name, IN_ALL_EVENTS) < 0)
            break;
        close(file);
    }
    say(made < 20000 ? "HELD at %d watches" : "UNBOUNDED %d watches", made);
}
static void attributes(void) {
    long total = 0;
    int file = open("/box/x", O_CREAT | O_WRONLY, 0600);
    for (int at = 0; total < MOST; at++, total += 65536) {
        char name[32];
        snprintf(name, sizeof name, "user.x%d", at);
        if (fsetxattr(file, name, block, 65536, 0))
            break;
    }
    verdict("extended attributes", total);
}
static void file_locks(void) {
    int file = open("/box/x", O_CREAT | O_RDWR, 0600);
    long made = 0;
    for (; made < 1000000; made++) {
        struct flock lock = {.l_type = F_WRLCK, .l_start = made * 2, .l_len = 1};
        if (fcntl(file, F_SETLK, &lock))
            break;
    }
    say(made < 1000000 ? "HELD at %ld locks" : "UNBOUNDED %ld locks", made);
}
static void missing_names(void) { /* the kernel remembers names that are not there, on the host's file system */
    char name[64];
    struct stat facts;
    for (long at = 0; at < 400000; at++) {
        snprintf(name, sizeof name, "/usr/codecage-no-such-%ld", at);
        stat(name, &facts);
    }
    say("HELD");
}
static void semaphores(void) {
    int made = 0;
    while (made < 100000 && semget(IPC_PRIVATE, 250, 0600 | IPC_CREAT) >= 0)
        made++;
    say(made < 100000 ? "HELD at %d sets" : "UNBOUNDED %d sets", made);
}
static void big_arguments(void) {
    static char *arguments[200];
    for (int at = 0; at < 100; at++) {
        arguments[at] = malloc(131072);
        memset(arguments[at], 'x', 131071);
        arguments[at][131071] = 0;
    }
    TRY_AS("execve with 13 MB of arguments", execv("/bin/true", arguments));
}
static void long_argument(void) {
    char *one = malloc(1 << 20), *arguments[] = {"true", one, 0};
    memset(one, 'x', 1 << 20);
    one[(1 << 20) - 1] = 0;
    TRY_AS("execve with one argument of 1 MB", execv("/bin/true", arguments));
}
static void lock_segment(void) {
    int segment = shmget(IPC_PRIVATE, MIB, 0600 | IPC_CREAT);
    TRY_AS("lock a SysV segment", shmctl(segment, SHM_LOCK, 0));
}

const struct attack attacks[] = {
    {"anonymous", anonymous}, {"tree", tree}, {"victim-games", victim_games}, {"shared-anonymous", shared_anonymous},
    {"unreadable", unreadable}, {"nameless", nameless}, {"headless", headless},
    {"memfds", memfds}, {"one-memfd", one_memfd}, {"segments", segments}, {"message-queues", message_queues},
    {"posix-queues", posix_queues}, {"pipes", pipes}, {"pipes-of-many", pipes_of_many}, {"udp", udp}, {"tcp", tcp},
    {"unix-sockets", unix_sockets}, {"descriptors-in-flight", descriptors_in_flight}, {"untouched", untouched},
    {"page-tables", page_tables}, {"zero-tables", zero_tables}, {"many-mappings", many_mappings},
    {"descriptors", descriptors}, {"descriptors-of-many", descriptors_of_many}, {"watches", watches},
    {"attributes", attributes}, {"file-locks", file_locks}, {"missing-names", missing_names},
    {"semaphores", semaphores}, {"big-arguments", big_arguments}, {"long-argument", long_argument},
    {"lock-segment", lock_segment}, {0, 0},
};
