/* Users and groups, as a container's files name them. The test has a mount namespace of its own, in which those files
   are its own. */
#include "lxc/keeper/account.h"
#include "../scratch.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void put(const char *name, const char *text)
{
    char path[64];
    FILE *file = fopen(scratch_path(name), "we");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
    snprintf(path, sizeof path, "/etc/%s", name);
    cr_assert_eq(mount(scratch_path(name), path, NULL, MS_BIND, NULL), 0);
}

static void begin(void)
{
    cr_assert_eq(geteuid(), 0, "only root has mounts of its own");
    cr_assert_eq(unshare(CLONE_NEWNS), 0);
    cr_assert_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
    put("passwd", "root:x:0:0::/root:/bin/sh\nnot a user\none:x:1001:2001::/home/one:/bin/sh\nbare:x:1002:2002:::\n");
    put("group", "root:x:0:\none:x:2001:\nmore:x:2003:two,one\nothers:x:2004:two\nmost:x:2005:one\n");
}

static void end(void)
{
    (void)umount("/etc/passwd"); /* scratch files are removed by the name that they have below it, too */
    (void)umount("/etc/group");
}

TestSuite(account, .init = begin, .fini = end);

static const struct {
    const char *name;
    int result;
    uid_t user;
    gid_t group;
    int groups;
    const char *home;
} names[] = {
    {NULL, 0, 0, 0, 0, "/root"},
    {"", 0, 0, 0, 0, "/root"},
    {"root", 0, 0, 0, 0, "/root"},
    {"one", 0, 1001, 2001, 2, "/home/one"},
    {"bare", 0, 1002, 2002, 0, "/"},
    {"1001", 0, 1001, 2001, 0, "/home/one"},
    {"4000", 0, 4000, 0, 0, "/"},
    {"4000:5000", 0, 4000, 5000, 0, "/"},
    {"one:most", 0, 1001, 2005, 0, "/home/one"},
    {"one:root", 0, 1001, 0, 0, "/home/one"},
    {"one:none", ENOENT, 0, 0, 0, NULL},
    {"none", ENOENT, 0, 0, 0, NULL},
    {":one", ENOENT, 0, 0, 0, NULL},
    {"4294967295", ENOENT, 0, 0, 0, NULL},
    {"99999999999999999999", ENOENT, 0, 0, 0, NULL},
    {"1001x", ENOENT, 0, 0, 0, NULL},
};

Test(account, a_name_or_number_is_what_the_files_say)
{
    char longest[200];
    struct account account;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int result = account_find(names[i].name, &account);
        cr_expect_eq(result, names[i].result, "%s: %d", names[i].name, result);
        if (result)
            continue;
        cr_expect_eq(account.user, names[i].user, "%s", names[i].name);
        cr_expect_eq(account.group, names[i].group, "%s", names[i].name);
        cr_expect_eq(account.group_count, names[i].groups, "%s: %d", names[i].name, account.group_count);
        cr_expect_str_eq(account.home, names[i].home, "%s", names[i].name);
    }
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    cr_expect_eq(account_find(longest, &account), ENOENT);
}

/* Root is known without /etc/passwd, names are not; a passwd that is no regular file is not read. */
Test(account, without_files_there_are_root_and_numbers)
{
    struct account account;
    cr_assert_eq(mount("/dev/null", "/etc/passwd", NULL, MS_BIND, NULL), 0);
    cr_assert_eq(mount("/dev/null", "/etc/group", NULL, MS_BIND, NULL), 0);
    cr_expect_eq(account_find("root", &account), 0);
    cr_expect_eq(account_find("root:root", &account), 0);
    cr_expect_eq(account_find("7:8", &account), 0);
    cr_expect(account.user == 7 && account.group == 8);
    cr_expect_eq(account_find("one", &account), ENOENT);
    (void)umount("/etc/passwd");
    (void)umount("/etc/group");
}

Test(account, who_is_not_root_becomes_nobody_else)
{
    const struct account other = {.user = 1001, .group = 2001, .groups = {2003}, .group_count = 1, .home = "/"};
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(account_enter(&other) == 0 && geteuid() == 1001 && getegid() == 2001 && account_enter(&other) == EPERM
                  ? 0
                  : 1);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect_eq(status, 0);
    cr_expect_eq(account_enter(&(struct account){.home = "/"}), 0);
}
