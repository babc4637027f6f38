/* Role: keeps descriptors of the library off the standard streams, which the client may have closed.
   Callers: impl/platform. Threads: any. */
#ifndef PLATFORM_POSIX_LIFT_H
#define PLATFORM_POSIX_LIFT_H

/* Moves a descriptor above the standard streams. Returns it, or -1 if there is no room; the given one is then closed.
   Negative descriptors are returned as they are. */
int descriptor_lift(int descriptor);

#endif
