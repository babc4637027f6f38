/* Role: the steps of a draft (file.h) that each system has of its own.
   Callers: draft.c and file.c of the system. Threads: one at a time for each draft. */
#ifndef PLATFORM_DRAFT_H
#define PLATFORM_DRAFT_H

#include "file.h"

/* A draft without an open file, for file_draft_end(). NULL: no memory. */
struct file_draft *draft_new(void);
/* Finds out where it goes, with links followed, and whether it is written in place. */
enum file_status draft_resolve(struct file_draft *draft, const char *path);
/* Creates it, under a name of its own. */
enum file_status draft_create(struct file_draft *draft);
/* FILE_BUSY: another process has a draft of the same file. Removes leftovers. */
enum file_status draft_meet_others(const struct file_draft *draft);

#endif
