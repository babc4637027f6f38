/* The named schedules against clients: the wrong one fails in some interleaving, the right one in none. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define SCHEDULES ROOT "/fixtures/schedules/"
enum { ATTEMPTS_RIGHT = 12, ATTEMPTS_WRONG = 160 };

static int run(const char *schedule, const char *kind, unsigned attempt)
{
    char command[1024];
    snprintf(command, sizeof command, SCHEDULED_CLIENTS " " SCHEDULES "%s %s %u", schedule, kind, attempt);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Calls check for each schedule; returns how many there are. */
static unsigned each_schedule(void (*check)(const char *name))
{
    unsigned count = 0;
    DIR *directory = opendir(SCHEDULES);
    cr_assert_not_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));)
        if (strstr(entry->d_name, ".json")) {
            check(entry->d_name);
            count++;
        }
    closedir(directory);
    return count;
}

static void expect_right(const char *name)
{
    for (unsigned i = 0; i < ATTEMPTS_RIGHT; i++)
        cr_expect_eq(run(name, "right", i), 0, "%s: the right client fails in attempt %u", name, i);
}

static void expect_wrong(const char *name)
{
    unsigned attempt = 0;
    int code = 0;
    while (attempt < ATTEMPTS_WRONG && !(code = run(name, "wrong", attempt)))
        attempt++;
    cr_expect_eq(code, 1, "%s: the wrong client ends with %d in attempt %u", name, code, attempt);
}

Test(clients, right_ones_fail_in_no_interleaving, .timeout = 300)
{
    cr_expect_geq(each_schedule(expect_right), 7);
}

Test(clients, wrong_ones_fail_in_some_interleaving, .timeout = 300)
{
    cr_expect_geq(each_schedule(expect_wrong), 7);
}
