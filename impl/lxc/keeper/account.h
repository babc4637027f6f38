/* Role: users and groups of a container, read from its /etc/passwd and /etc/group. The C library's name service is not
   used: it would load modules from the container into a process of the host. Callers: attach.c, in the new process. */
#ifndef LXC_ACCOUNT_H
#define LXC_ACCOUNT_H

#include <sys/types.h>

enum { ACCOUNT_GROUPS = 64, ACCOUNT_HOME = 256 };

struct account {
    uid_t user;
    gid_t group, groups[ACCOUNT_GROUPS];
    int group_count;
    char home[ACCOUNT_HOME];
};

/* name: NAME[:GROUP] or UID[:GID]; NULL or empty: root. Returns 0, or an error: ENOENT: there is no such user or group.
   Root and numbers need no entry. */
int account_find(const char *name, struct account *account);
/* The calling process becomes that user. Returns 0 or the error. */
int account_enter(const struct account *account);

#endif
