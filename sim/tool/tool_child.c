/* Children of hcs-sim that are hcs-sim again. Entry points: tool_child_start(), tool_child_line(). */
#include "explore.h"
#include "platform/process.h"
#include "platform/platform.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER = 1 << 16, MAX_ARGUMENTS = 24, NUMBER = 48, TICK_MS = 100 };

struct tool_child {
    struct child child;
    char buffer[BUFFER + 1];
    size_t length, taken; /* bytes in it; of those the ones that were handed out */
    bool ended;
};

struct tool_child *tool_child_start(const struct explore *explore, char *const *more)
{
    char program[1024], seeds[2 * NUMBER], step[NUMBER], steps[NUMBER], clients[NUMBER];
    char *arguments[MAX_ARGUMENTS] = {
        program, "explore", "--worker", "--seeds", seeds, "--step", step, "--steps", steps, NULL};
    int count = 9;
    struct tool_child *child = calloc(1, sizeof *child);
    if (!child || !program_path(program, sizeof program)) {
        free(child);
        return NULL;
    }
    snprintf(seeds, sizeof seeds, "%" PRIu64 "..%" PRIu64, explore->seeds.first, explore->seeds.last);
    snprintf(step, sizeof step, "%u", explore->step);
    snprintf(steps, sizeof steps, "%u", explore->steps);
    snprintf(clients, sizeof clients, "%u", explore->clients);
    if (explore->clients) {
        arguments[count++] = "--clients";
        arguments[count++] = clients;
    }
    if (explore->scenario) {
        arguments[count++] = "--scenario";
        arguments[count++] = (char *)(uintptr_t)explore->scenario;
    }
    for (; *more && count < MAX_ARGUMENTS - 1; more++)
        arguments[count++] = *more;
    if (child_start(&child->child, program, arguments, false))
        return child;
    free(child);
    return NULL;
}

bool tool_child_send(struct tool_child *child, const char *text)
{
    size_t length = strlen(text);
    return child_write(&child->child, text, length) == length;
}

/* A whole line of what is in the buffer, NULL if there is none. */
static char *whole_line(struct tool_child *child)
{
    char *start = child->buffer + child->taken;
    char *end = memchr(start, '\n', child->length - child->taken);
    if (!end)
        return NULL;
    *end = 0;
    if (end > start && end[-1] == '\r')
        end[-1] = 0;
    child->taken = (size_t)(end - child->buffer) + 1;
    return start;
}

const char *tool_child_line(struct tool_child *child, unsigned timeout_s, bool *hangs)
{
    uint64_t until = platform_time() + (uint64_t)timeout_s * 1000000000u;
    *hangs = false;
    for (;;) {
        char *line = whole_line(child);
        if (line || child->ended)
            return line;
        memmove(child->buffer, child->buffer + child->taken, child->length - child->taken);
        child->length -= child->taken;
        child->taken = 0;
        if (child->length == BUFFER)
            child->length = 0; /* no line of ours is that long */
        bool ready = false;
        child_poll(&child->child, &ready, 1, TICK_MS);
        if (ready) {
            size_t got = child_read(&child->child, child->buffer + child->length, BUFFER - child->length);
            child->ended = !got;
            child->length += got;
        } else if (platform_time() >= until) {
            *hangs = true;
            return NULL;
        }
    }
}

int tool_child_end(struct tool_child *child)
{
    if (!child->ended)
        child_kill(&child->child);
    int status = child_wait(&child->child);
    free(child);
    return status;
}

void tool_child_describe(int status, char text[TOOL_CHILD_TEXT])
{
    snprintf(
        text, TOOL_CHILD_TEXT, "the library ends the process (%s %d)", status < 0 ? "signal" : "code", abs(status));
}
