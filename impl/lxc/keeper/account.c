/* Users and groups of a container. Entry point: account_find(). */
#include "account.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_BYTES = 1 << 20, NAME_BYTES = 128 };

/* The container controls this file: only a regular file of limited size is read. */
static FILE *open_list(const char *path)
{
    struct stat there;
    int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (opened >= 0 && fstat(opened, &there) == 0 && S_ISREG(there.st_mode) && there.st_size <= MAX_BYTES) {
        FILE *file = fdopen(opened, "r");
        if (file)
            return file;
    }
    if (opened >= 0)
        close(opened);
    return NULL;
}

static bool is_number(const char *text, unsigned *number)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    *number = (unsigned)value;
    return *text >= '0' && *text <= '9' && !*end && !errno && value < 0xFFFFFFFF;
}

/* false: no user has that name or number. */
static bool find_user(const char *name, struct account *account)
{
    unsigned number = 0;
    bool by_number = is_number(name, &number), found = false;
    FILE *file = open_list("/etc/passwd");
    // NOLINTNEXTLINE(concurrency-mt-unsafe): a new process has one thread
    for (struct passwd *entry; file && !found && (entry = fgetpwent(file));) {
        found = by_number ? entry->pw_uid == number : !strcmp(entry->pw_name, name);
        if (!found)
            continue;
        account->user = entry->pw_uid;
        account->group = entry->pw_gid;
        snprintf(account->home, sizeof account->home, "%s", entry->pw_dir && *entry->pw_dir ? entry->pw_dir : "/");
    }
    if (file)
        fclose(file);
    if (!found && by_number)
        account->user = number;
    return found || by_number || !strcmp(name, "root");
}

static bool is_member(const struct group *group, const char *name)
{
    for (char **member = group->gr_mem; member && *member; member++)
        if (!strcmp(*member, name))
            return true;
    return false;
}

/* Finds the groups that the user is a member of, and the group named wanted (NULL: none). */
static bool find_groups(const char *user, const char *wanted, struct account *account)
{
    unsigned number = 0;
    bool by_number = wanted && is_number(wanted, &number), found = !wanted || by_number;
    FILE *file = open_list("/etc/group");
    // NOLINTNEXTLINE(concurrency-mt-unsafe): a new process has one thread
    for (struct group *entry; file && (entry = fgetgrent(file));) {
        if (wanted && !by_number && !strcmp(entry->gr_name, wanted)) {
            account->group = entry->gr_gid;
            found = true;
        }
        if (!wanted && account->group_count < ACCOUNT_GROUPS && is_member(entry, user))
            account->groups[account->group_count++] = entry->gr_gid;
    }
    if (file)
        fclose(file);
    if (by_number)
        account->group = number;
    return found || !strcmp(wanted, "root");
}

int account_find(const char *name, struct account *account)
{
    char user[NAME_BYTES];
    *account = (struct account){.home = "/"};
    const char *colon = name ? strchr(name, ':') : NULL;
    if (!name || !*name)
        name = "root";
    size_t length = colon ? (size_t)(colon - name) : strlen(name);
    if (length == 0 || length >= sizeof user)
        return ENOENT;
    memcpy(user, name, length);
    user[length] = 0;
    return find_user(user, account) && find_groups(user, colon ? colon + 1 : NULL, account) ? 0 : ENOENT;
}

int account_enter(const struct account *account)
{
    if (setgroups((size_t)account->group_count, account->groups) ||
        setresgid(account->group, account->group, account->group) ||
        setresuid(account->user, account->user, account->user))
        return errno;
    return 0;
}
