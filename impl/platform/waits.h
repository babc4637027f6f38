/* Role: tells of real time that threads of a program sleep, also inside libraries that it has loaded: each sleep of 100
   ms or more that ran to its end. A shorter one may be a moment that something else needed, and depends on the load of
   the machine. Linked into programs, never into the library. Not known on Windows, and under sanitizers. */
#ifndef PLATFORM_WAITS_H
#define PLATFORM_WAITS_H

#include <stdint.h>

/* Sets the function that hears of them, in the thread that slept. */
void waits_tell_with(void (*tell)(uint64_t nanoseconds));

#endif
