/* Bounded output; see capture.h. */
#include "capture.h"
#include "base/allocate.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { NOTE_BYTES = 64 };

void capture_clear(struct capture *capture)
{
    capture->total = 0;
}

void capture_add(struct capture *capture, const char *bytes, size_t length)
{
    if (capture->total < CAPTURE_HEAD) {
        size_t room = CAPTURE_HEAD - (size_t)capture->total, part = length < room ? length : room;
        memcpy(capture->head + capture->total, bytes, part);
        capture->total += part;
        bytes += part;
        length -= part;
    }
    if (length > CAPTURE_TAIL) {
        capture->total += length - CAPTURE_TAIL;
        bytes += length - CAPTURE_TAIL;
        length = CAPTURE_TAIL;
    }
    while (length) {
        size_t at = (size_t)((capture->total - CAPTURE_HEAD) % CAPTURE_TAIL), room = CAPTURE_TAIL - at,
               part = length < room ? length : room;
        memcpy(capture->tail + at, bytes, part);
        capture->total += part;
        bytes += part;
        length -= part;
    }
}

char *capture_text(const struct capture *capture)
{
    size_t head = capture->total < CAPTURE_HEAD ? (size_t)capture->total : CAPTURE_HEAD;
    uint64_t rest = capture->total - head;
    size_t tail = rest < CAPTURE_TAIL ? (size_t)rest : CAPTURE_TAIL, length = head;
    bool cut = rest > CAPTURE_TAIL;
    if (!capture->total)
        return NULL;
    char *text = allocate(CAPTURE_HEAD + CAPTURE_TAIL + NOTE_BYTES);
    memcpy(text, capture->head, head);
    if (cut)
        length += (size_t)snprintf(
            text + length, NOTE_BYTES, "\n[%llu bytes omitted]\n", (unsigned long long)(rest - CAPTURE_TAIL));
    size_t from = cut ? (size_t)(rest % CAPTURE_TAIL) : 0; /* where the ring begins */
    memcpy(text + length, capture->tail + from, tail - from);
    memcpy(text + length + tail - from, capture->tail, from);
    length += tail;
    for (size_t i = 0; i < length; i++)
        if (!text[i])
            text[i] = '?';
    text[length] = 0;
    return text;
}
