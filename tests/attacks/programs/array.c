/* An array that is there before the first line runs. */
#include "attack.h"

static char reserved[1L << 30];

static void touch_all(void) {
    for (size_t at = 0; at < sizeof reserved; at += 4096)
        reserved[at] = 1;
    say("UNBOUNDED %d", reserved[4096]);
}

const struct attack attacks[] = {{"touch", touch_all}, {0, 0}};
