/* The named schedules against clients: the wrong one fails in some interleaving, the right one in none. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define SCHEDULES ROOT "/fixtures/schedules/"
enum { ATTEMPTS_RIGHT = 12, ATTEMPTS_WRONG = 40 };

static int run(const char *schedule, const char *kind, unsigned attempt)
{
    char command[1024];
    snprintf(command, sizeof command, SCHEDULED_CLIENTS " " SCHEDULES "%s %s %u", schedule, kind, attempt);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int is_schedule(const struct dirent *entry)
{
    return strstr(entry->d_name, ".json") != NULL;
}

ParameterizedTestParameters(clients, wrong_and_right)
{
    static char names[16][96]; /* the framework takes one block */
    struct dirent **entries;
    int count = scandir(SCHEDULES, &entries, is_schedule, alphasort);
    for (int i = 0; i < count && i < 16; i++)
        snprintf(names[i], sizeof names[i], "%.95s", entries[i]->d_name);
    return cr_make_param_array(char[96], names, (size_t)(count < 0 ? 0 : count));
}

ParameterizedTest(char (*name)[96], clients, wrong_and_right, .timeout = 120)
{
    unsigned attempt = 0;
    for (unsigned i = 0; i < ATTEMPTS_RIGHT; i++)
        cr_expect_eq(run(*name, "right", i), 0, "%s: the right client fails in attempt %u", *name, i);
    while (attempt < ATTEMPTS_WRONG && run(*name, "wrong", attempt) == 0)
        attempt++;
    cr_expect_lt(attempt, ATTEMPTS_WRONG, "%s: the wrong client fails in no attempt", *name);
}
