/* Role: the guest's end of a pipe on Windows, behind platform_stream; also that of a serial port. Callers: platform.c,
   port.c. */
#ifndef PLATFORM_WINDOWS_GUEST_STREAM_H
#define PLATFORM_WINDOWS_GUEST_STREAM_H

#include "platform/platform.h"

enum { GUEST_PIECE = 4096 };

/* Bytes that a full pipe does not take at once are written asynchronously from the buffer; such a stream is closed only
   when that write has ended, so that no accepted bytes are lost. */
struct guest_stream {
    HANDLE pipe;
    OVERLAPPED overlapped;
    bool pending;
    bool listening;            /* of a serial port: overlapped ends when a program comes */
    bool closed;               /* and kept only until no platform_poll() looks at it any more */
    struct guest_stream *next; /* of those */
    char piece[GUEST_PIECE];
};

static inline struct guest_stream *guest_of(platform_stream stream)
{
    return (struct guest_stream *)stream;
}

#endif
