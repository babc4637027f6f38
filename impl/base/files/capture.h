/* Role: keeps the beginning and the end of output of any size. Single thread. */
#ifndef BASE_CAPTURE_H
#define BASE_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

enum { CAPTURE_HEAD = 1024, CAPTURE_TAIL = 2944 }; /* with the line between them less than 4 KiB */

struct capture {
    char head[CAPTURE_HEAD], tail[CAPTURE_TAIL]; /* the tail is a ring */
    uint64_t total;
};

void capture_add(struct capture *capture, const char *bytes, size_t length);
void capture_clear(struct capture *capture);
/* The output, with a line that says how much is omitted, and question marks for zero bytes. From malloc; NULL: nothing
   was written. It need not be UTF-8. */
char *capture_text(const struct capture *capture);

#endif
