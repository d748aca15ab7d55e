/* Sockets of odd kinds, and ways out over the network. */
#include "attack.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <net/if.h>
#include <stddef.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static void family(int number, const char *what) {
    for (int kind = 1; kind <= 5; kind++)
        TRY_AS(what, socket(number, kind, 0));
}
static void alg(void) {
    family(38, "an AF_ALG socket");
    TRY_AS("AF_ALG with bits above", syscall(SYS_socket, 38L | 1L << 32, 5L, 0L));
    TRY_AS("AF_UNIX in the low half only", syscall(SYS_socket, 1L << 32 | 38L, 5L | 1L << 40, 0L));
}
static void vsock(void) { family(40, "an AF_VSOCK socket"); }
static void netlink(void) {
    for (int protocol = 0; protocol < 23; protocol++)
        TRY_AS("an AF_NETLINK socket", socket(16, SOCK_RAW, protocol));
}
static void packet(void) {
    family(17, "an AF_PACKET socket");
    TRY_AS("SOCK_PACKET, its other name", socket(AF_INET, 10, htons(3)));
}
static void xdp(void) { family(44, "an AF_XDP socket"); }
static void bluetooth(void) { family(31, "an AF_BLUETOOTH socket"); }
static void every_family(void) {
    for (int number = 0; number < 64; number++) {
        int ends[2];
        if (number == AF_UNIX || number == AF_INET || number == AF_INET6)
            continue;
        TRY_AS("a socket of another family", socket(number, SOCK_DGRAM, 0));
        TRY_AS("a pair of another family", socketpair(number, SOCK_STREAM, 0, ends));
    }
}
static void raw(void) {
    TRY_AS("raw IPv4", socket(AF_INET, SOCK_RAW, IPPROTO_RAW));
    TRY_AS("raw ICMP", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
    TRY_AS("raw IPv6", socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
    TRY_AS("raw with flags", socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP));
}
static void protocols(void) {
    TRY_AS("SCTP", socket(AF_INET, SOCK_STREAM, 132));
    TRY_AS("DCCP", socket(AF_INET, 6, 33));
    TRY_AS("MPTCP", socket(AF_INET, SOCK_STREAM, 262));
    TRY_AS("SMC", socket(AF_INET, SOCK_STREAM, 256));
    TRY_AS("L2TP", socket(AF_INET, SOCK_DGRAM, 115));
    TRY_AS("UDP-Lite", socket(AF_INET, SOCK_DGRAM, 136));
}
static void socket_filters(void) {
    struct sock_filter allow[] = {{BPF_RET | BPF_K, 0, 0, 0xffff}};
    struct sock_fprog program = {1, allow};
    int any = socket(AF_INET, SOCK_DGRAM, 0);
    TRY_AS("SO_ATTACH_FILTER", setsockopt(any, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
    TRY_AS("SO_ATTACH_REUSEPORT_CBPF", setsockopt(any, SOL_SOCKET, 51, &program, sizeof program));
    TRY_AS("SO_ATTACH_FILTER, high half set",
           syscall(SYS_setsockopt, any, 1L | 1L << 33, 26L | 1L << 33, &program, sizeof program));
}
static void firewall(void) {
    char table[4096] = "filter";
    int any = socket(AF_INET, SOCK_DGRAM, 0);
    TRY_AS("IPT_SO_SET_REPLACE", setsockopt(any, IPPROTO_IP, 64, table, sizeof table));
    TRY_AS("SO_MARK", setsockopt(any, SOL_SOCKET, SO_MARK, &any, sizeof any));
    TRY_AS("SO_RCVBUFFORCE", setsockopt(any, SOL_SOCKET, SO_RCVBUFFORCE, &any, sizeof any));
    TRY_AS("IP_TRANSPARENT", setsockopt(any, IPPROTO_IP, IP_TRANSPARENT, &(int){1}, sizeof(int)));
    TRY_AS("SO_DEBUG", setsockopt(any, SOL_SOCKET, SO_DEBUG, &(int){1}, sizeof(int)));
}
static void interfaces(void) {
    int any = socket(AF_INET, SOCK_DGRAM, 0);
    struct ifreq request = {.ifr_name = "lo"};
    struct sockaddr_in *address = (struct sockaddr_in *)&request.ifr_addr;
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = inet_addr("10.0.0.1");
    TRY_AS("give lo another address", ioctl(any, SIOCSIFADDR, &request));
    request.ifr_flags = 0;
    TRY_AS("take lo down", ioctl(any, SIOCSIFFLAGS, &request));
    TRY_AS("make a bridge", ioctl(any, 0x89a0, "br0"));
    char route[120] = {0};
    TRY_AS("add a route", ioctl(any, SIOCADDRT, route));
}
static int reach(int kind, const char *host, int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = inet_addr(host)};
    return connect(socket(AF_INET, kind, 0), (struct sockaddr *)&to, sizeof to);
}
static int reach6(int kind, const char *host, int port) {
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    inet_pton(AF_INET6, host, &to.sin6_addr);
    return connect(socket(AF_INET6, kind, 0), (struct sockaddr *)&to, sizeof to);
}
static void metadata(void) { /* connecting a datagram socket sends nothing */
    TRY_AS("the cloud's metadata, TCP", reach(SOCK_STREAM, "169.254.169.254", 80));
    TRY_AS("the cloud's metadata, UDP", reach(SOCK_DGRAM, "169.254.169.254", 80));
    TRY_AS("the cloud's metadata, IPv6", reach6(SOCK_DGRAM, "fd00:ec2::254", 80));
}
static void internet(void) { /* addresses that belong to nobody: RFC 5737 and 3849 */
    TRY_AS("TCP", reach(SOCK_STREAM, "192.0.2.1", 443));
    TRY_AS("UDP", reach(SOCK_DGRAM, "192.0.2.1", 53));
    TRY_AS("IPv6", reach6(SOCK_STREAM, "2001:db8::1", 443));
    TRY_AS("a private network", reach(SOCK_DGRAM, "10.0.0.1", 53));
    TRY_AS("broadcast", reach(SOCK_DGRAM, "255.255.255.255", 9));
}
static void multicast(void) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = inet_addr("224.0.0.1")};
    TRY_AS("multicast", sendto(socket(AF_INET, SOCK_DGRAM, 0), "x", 1, 0, (struct sockaddr *)&to, sizeof to));
}
static void hosts_loopback(void) {
    int port = atoi(getenv("CANARY_PORT"));
    TRY_AS("the host's listener", reach(SOCK_STREAM, "127.0.0.1", port));
    TRY_AS("the host's listener, another address", reach(SOCK_STREAM, "127.1.2.3", port));
    TRY_AS("the host's listener, any address", reach(SOCK_STREAM, "0.0.0.0", port));
    TRY_AS("the host's listener, IPv6", reach6(SOCK_STREAM, "::1", port));
    TRY_AS("the host's listener, mapped", reach6(SOCK_STREAM, "::ffff:127.0.0.1", port));
}
static int reach_unix(int kind, const char *name, int length) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    memcpy(to.sun_path, name, length);
    return connect(socket(AF_UNIX, kind, 0), (struct sockaddr *)&to, offsetof(struct sockaddr_un, sun_path) + length);
}
static void hosts_abstract(void) {
    char name[100] = "";
    strncpy(name + 1, getenv("CANARY_ABSTRACT"), 90);
    for (int kind = 1; kind <= 5; kind += 4)
        TRY_AS("the host's abstract socket", reach_unix(kind, name, 1 + strlen(name + 1)));
}
static void hosts_sockets(void) {
    const char *paths[] = {"/run/docker.sock", "/var/run/docker.sock", "/run/systemd/private",
                           "/run/dbus/system_bus_socket", "/run/systemd/notify", "/run/udev/control"};
    for (int at = 0; at < 6; at++)
        TRY_AS(paths[at], reach_unix(SOCK_STREAM, paths[at], strlen(paths[at])));
}
static void credentials(void) {
    int ends[2];
    struct ucred claim = {1, 0, 0};
    char control[CMSG_SPACE(sizeof claim)] = "";
    struct iovec piece = {"x", 1};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_CREDENTIALS;
    head->cmsg_len = CMSG_LEN(sizeof claim);
    memcpy(CMSG_DATA(head), &claim, sizeof claim);
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0)
        TRY_AS("claim to be PID 1 and root", sendmsg(ends[0], &message, 0));
}
static void terminals(void) {
    for (int fd = 0; fd < 3; fd++) {
        TRY_AS("TIOCSTI", ioctl(fd, 0x5412, "x"));
        TRY_AS("TIOCSTI, high half set", syscall(SYS_ioctl, fd, 0x5412L | 1L << 32, "x"));
        TRY_AS("TIOCLINUX", ioctl(fd, 0x541c, "\x03"));
        TRY_AS("TIOCSETD", ioctl(fd, 0x5423, &(int){15}));
        TRY_AS("TIOCCONS", ioctl(fd, 0x541d, 0));
    }
}
static void random_pool(void) {
    int pool = open("/dev/random", O_RDWR);
    if (pool < 0)
        pool = open("/dev/random", O_RDONLY);
    TRY_AS("clear the entropy pool", ioctl(pool, 0x5206, 0));
    TRY_AS("count entropy that is none", ioctl(pool, 0x40045201, &(int){64}));
}
static void file_systems(void) {
    int folder = open("/usr", O_RDONLY), file = open("/usr/bin/env", O_RDONLY);
    TRY_AS("freeze the host's file system", ioctl(folder, 0xc0045877, 0));
    TRY_AS("trim it", ioctl(folder, 0xc0185879, (char[24]){0}));
    TRY_AS("make a program immutable", ioctl(file, 0x40086602, &(long){0x10}));
    TRY_AS("map its blocks", ioctl(file, 1, &(int){0}));
    TRY_AS("swap ext4's boot loader inode", ioctl(file, 0x6611, 0));
    TRY_AS("resize ext4", ioctl(folder, 0x40086610, &(long){1}));
}

const struct attack attacks[] = {
    {"alg", alg}, {"vsock", vsock}, {"netlink", netlink}, {"packet", packet}, {"xdp", xdp},
    {"bluetooth", bluetooth}, {"every-family", every_family}, {"raw", raw}, {"protocols", protocols},
    {"socket-filters", socket_filters}, {"firewall", firewall}, {"interfaces", interfaces},
    {"metadata", metadata}, {"internet", internet}, {"multicast", multicast}, {"hosts-loopback", hosts_loopback},
    {"hosts-abstract", hosts_abstract}, {"hosts-sockets", hosts_sockets}, {"credentials", credentials},
    {"terminals", terminals}, {"random-pool", random_pool}, {"file-systems", file_systems}, {0, 0},
};
