/* Child processes of hcs-sim that run hcs-sim themselves and report in messages of one line. Entry point:
   tool_child_start(). */
#include "explore.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_ARGUMENTS = 24, NUMBER = 48 };

static _Noreturn void end_without_child(void)
{
    fflush(stdout);
    fprintf(stderr, "hcs-sim: explore: no further process can be started: %s\n", child_start_error());
    exit(2); // NOLINT(concurrency-mt-unsafe): the tool has one thread
}

void tool_child_start(
    struct supervisor *supervisor, unsigned slot, const struct explore *explore, char *const *more, unsigned limit_s)
{
    char program[4096], seeds[2 * NUMBER], step[NUMBER], steps[NUMBER], clients[NUMBER];
    char *arguments[MAX_ARGUMENTS] = {
        program, "explore", "--worker", "--seeds", seeds, "--step", step, "--steps", steps, NULL};
    int count = 9;
    if (!program_path(program, sizeof program))
        end_without_child();
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
    struct child_plan plan = {program, arguments, .channel = true, .own_errors = true};
    if (!supervisor_start(supervisor, slot, &plan, limit_s))
        end_without_child();
}

void tool_child_describe(int status, char text[TOOL_CHILD_TEXT])
{
    snprintf(
        text, TOOL_CHILD_TEXT, "the library ends the process (%s %d)", status < 0 ? "signal" : "code", abs(status));
}
