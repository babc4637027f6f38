/* Role: the values that clients hold, and what stands behind them.
   A value has a generation in its high 32 bits (never 0, top bit clear), the kind and an index below.
   Each kind has its own slots; chunks of slots are never freed, so that a stale value is only looked at.
   Threads: handle_ref() takes no lock; all others are called with the core lock held. */
#ifndef CORE_HANDLE_H
#define CORE_HANDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum handle_kind { HANDLE_OPERATION, HANDLE_SYSTEM, HANDLE_PROCESS, HANDLE_KINDS };

/* A new value for the object, held once by the client. 0: there is no memory or no slot. */
uint64_t handle_open(enum handle_kind kind, void *object);
/* The object behind a live value, with one more reference; NULL if the value is not live. */
void *handle_ref(uint64_t value, enum handle_kind kind);
/* The value will soon be looked up: with many handles its slot comes from far away. */
void handle_expect(uint64_t value, enum handle_kind kind);
/* One more reference on a value that is referenced already; works on a killed value, too. */
void handle_keep(uint64_t value, enum handle_kind kind);
/* Ends the value: no handle_ref() finds it any more. true for exactly one caller, who then gives back the
   client's reference with handle_unref(). */
bool handle_kill(uint64_t value, enum handle_kind kind);
bool handle_is_live(uint64_t value, enum handle_kind kind);
/* A name that holds no address: kind, slot and generation, such as o3.1; "null", or "forged" for what was never given
   out. The same calls in the same order have the same names. */
enum { HANDLE_NAME_BYTES = 24 };
void handle_name(uint64_t value, char name[HANDLE_NAME_BYTES]);
/* The value of such a name; 0 for null, and one that is never live for anything else. */
uint64_t handle_named(const char *name);
/* Live values of all kinds. */
size_t handle_count(void);
/* Forgets which values were given out; there must be no live one. The next ones are those of a new program. */
void handle_reset(void);
/* The same, whatever is live. */
void handle_abandon(void);
/* Gives a reference back. true: that was the last of a killed value; the caller frees the object. */
bool handle_unref(uint64_t value, enum handle_kind kind);

#endif
