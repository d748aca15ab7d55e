/* What every attack program begins with. It refuses to do anything outside a sandbox of ours. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct attack {
    const char *name;
    void (*run)(void);
};
extern const struct attack attacks[];

/* One line per thing that was tried. */
static inline void outcome(const char *what, long result) {
    if (result < 0)
        printf("REFUSED %s %s\n", strerrorname_np(errno), what);
    else
        printf("BREACH %s returned %ld\n", what, result);
    fflush(stdout);
}
#define TRY(call) outcome(#call, (long)(call))
#define TRY_AS(what, call) outcome(what, (long)(call))

static inline void say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

static inline void nap(double seconds) {
    struct timespec left = {(time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9)};
    while (nanosleep(&left, &left) && errno == EINTR) {
    }
}

int main(int count, char **values) {
    char here[64] = "";
    struct stat facts;
    if (!getcwd(here, sizeof here) || strcmp(here, "/box") || !lstat("/etc/shadow", &facts) ||
        !lstat("/var", &facts) || getpid() == 1 || count < 2) {
        fputs("this runs in a sandbox only\n", stderr);
        return 99;
    }
    for (const struct attack *each = attacks; each->name; each++)
        if (!strcmp(each->name, values[1])) {
            each->run();
            return 0;
        }
    fprintf(stderr, "there is no attack %s\n", values[1]);
    return 98;
}
