/* Role: the beginning and the end of what may be any amount of output. Single thread. */
#ifndef BASE_CAPTURE_H
#define BASE_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

enum { CAPTURE_HEAD = 1024, CAPTURE_TAIL = 2944 }; /* with what is said between them less than 4 KiB */

struct capture {
    char head[CAPTURE_HEAD], tail[CAPTURE_TAIL]; /* the tail is a ring */
    uint64_t total;
};

void capture_add(struct capture *capture, const char *bytes, size_t length);
void capture_clear(struct capture *capture);
/* What there is, with a line that tells how much is left out, and question marks for zeros. From malloc; NULL: nothing
   was written, or there is no memory. It need not be UTF-8. */
char *capture_text(const struct capture *capture);

#endif
