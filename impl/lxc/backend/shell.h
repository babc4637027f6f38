/* Role: a CommandLine as the words of a program's arguments, by the quoting rules of the POSIX shell: spaces, tabs and
   newlines separate words; '…' keeps everything; "…" keeps all but a backslash before " \ $ ` and a newline; a
   backslash elsewhere keeps the next character. Nothing is expanded: $, *, ~, | and > are ordinary characters; a caller
   that wants a shell starts one. Callers: spawn.c. No state; any thread. */
#ifndef LXC_SHELL_H
#define LXC_SHELL_H

#include <stddef.h>

/* Returns *count words, ended by NULL, in one block that the caller frees. NULL with errno: EINVAL: a quote is not
   closed, or nothing follows a backslash; ENOMEM. */
char **shell_split(const char *line, size_t *count);

#endif
