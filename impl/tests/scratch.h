/* Role: a temporary folder for each test process, so that tests and whole test runs can run at the same time. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* How often tests look for what is on its way, every 5 ms: for a minute, since a machine under load may take long. */
enum { MANY_LOOKS = 12000 };

/* Weak, so that all files of a program have the one folder. */
__attribute__((weak)) char scratch_folder[32];
__attribute__((weak)) pid_t scratch_owner;

static inline void scratch_remove(void)
{
    char command[64];
    if (getpid() != scratch_owner) /* a child made by fork leaves it alone */
        return;
    snprintf(command, sizeof command, "rm -rf %s", scratch_folder);
    cr_expect_eq(system(command), 0);
}

/* The folder, made by the first call and removed when the process ends; $SCRATCH for command lines of the shell. */
static inline const char *scratch(void)
{
    if (scratch_owner != getpid()) {
        snprintf(scratch_folder, sizeof scratch_folder, "/tmp/hcs-test-XXXXXX");
        cr_assert_not_null(mkdtemp(scratch_folder));
        scratch_owner = getpid();
        setenv("SCRATCH", scratch_folder, 1);
        atexit(scratch_remove);
    }
    return scratch_folder;
}

/* A path in the folder; stays valid for the next three calls. */
static inline const char *scratch_path(const char *name)
{
    static char paths[4][256];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", scratch(), name);
    return path;
}

#endif
