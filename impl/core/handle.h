/* Role: the values that clients hold, and the objects that they refer to.
   A value has a generation in its high 32 bits (never 0, top bit clear), the kind and an index below.
   Each kind has its own slots; chunks of slots are never freed, so that looking up a stale value is safe. Threads:
   handle_ref(), handle_prefetch(), handle_name(), handle_named() take no lock; all others: core lock held. */
#ifndef CORE_HANDLE_H
#define CORE_HANDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum handle_kind { HANDLE_OPERATION, HANDLE_SYSTEM, HANDLE_PROCESS, HANDLE_KINDS };

/* A new value for the object, with one reference, the client's. 0: out of memory or slots. */
uint64_t handle_open(enum handle_kind kind, void *object);
/* The object behind a live value, with one more reference; NULL if the value is not live. */
void *handle_ref(uint64_t value, enum handle_kind kind);
/* Prefetches the slot of a value that will soon be looked up; with many handles the cache miss otherwise dominates. */
void handle_prefetch(uint64_t value, enum handle_kind kind);
/* One more reference on a value that is referenced already; works on a killed value, too. */
void handle_keep(uint64_t value, enum handle_kind kind);
/* Ends the value: no handle_ref() finds it any more. true for exactly one caller, who then releases the client's
   reference with handle_unref(). */
bool handle_kill(uint64_t value, enum handle_kind kind);
bool handle_is_live(uint64_t value, enum handle_kind kind);
/* From now on handle_ref() of the value prefetches two objects, which a call through it uses after the value's own;
   with many handles the cache misses otherwise come one after the other. lines: of the second one. Neither is ever
   read, so both may be freed before the value ends. */
void handle_set_near(uint64_t value, enum handle_kind kind, const void *first, const void *second);
enum { HANDLE_NEAR_LINES = 4 };
/* A name without an address: kind, slot and generation, such as o3.1; "null"; or "forged" for a value never given out.
   The same calls in the same order give the same names. */
enum { HANDLE_NAME_BYTES = 24 };
void handle_name(uint64_t value, char name[HANDLE_NAME_BYTES]);
/* The value with such a name; 0 for null; for anything else a value that is never live. */
uint64_t handle_named(const char *name);
/* The number of live values of all kinds. */
size_t handle_count(void);
/* Forgets which values were given out; none may be live. The next values are those of a new program. */
void handle_reset(void);
/* The same, even if values are live. */
void handle_abandon(void);
/* Releases a reference. true: it was the last one of a killed value; the caller frees the object. */
bool handle_unref(uint64_t value, enum handle_kind kind);

#endif
