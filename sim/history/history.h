/* Role: a history: what clients asked of systems, what they were answered, and what they saw happen, with times. Built
   from the traces of one or several clients (read.c), split by the ids of systems, and judged by search.c.
   Callers: hcs-sim check, tests. Single thread. Ownership: history_free() frees all; out of memory ends the tool. */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H

#include "spec_requests.h"
#include "spec_states.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum history_kind {
    ACT_CREATE,         /* a system */
    ACT_OPEN,           /* a system */
    ACT_CALL,           /* on a system */
    ACT_CREATE_PROCESS, /* in a system */
    ACT_OPEN_PROCESS,
    ACT_PROCESS_CALL,
    ACT_CLOSE,         /* the handle of a system; its result says nothing */
    ACT_EXITED,        /* it was seen that the system has exited */
    ACT_LISTED,        /* the system was enumerated */
    ACT_NOT_LISTED,    /* systems were enumerated, this one was not among them */
    ACT_PROCESS_ENDED, /* it was seen that the process has ended */
    ACT_PROCESS_RUNS,  /* it was seen that the process has not ended */
    ACT_KINDS
};

/* A moment: clocks of different traces are compared, within one trace its lines. */
struct history_moment {
    uint64_t time;
    uint32_t trace, line;
};

/* One call, or one thing seen. It took effect at some moment from `from` to `to`. */
struct history_act {
    enum history_kind kind;
    enum request_kind request;            /* of a call; else REQUEST_KINDS */
    enum spec_call cell, cell_of_machine; /* of the matrices: of a container or process, of a virtual machine */
    const char *name;                     /* of the function, or what was seen */
    struct history_moment from, to;       /* to: unless open */
    struct history_moment taken;          /* the call was accepted at the latest then */
    bool open;                            /* it may also take effect later */
    bool known;                           /* its result is known; if not, it may have had no effect at all */
    bool at_once;                         /* the call itself returned the failure */
    HRESULT result;
    int32_t handle, process; /* of the system's; -1: none */
    bool machine, on_close;  /* of ACT_CREATE */
};

struct history_process {
    uint64_t id;     /* 0: not known */
    int32_t through; /* the handle of its system */
    bool made;       /* created in this history; else it was opened */
    bool signalled, told;
    bool says_code; /* its command line says its exit code */
    uint32_t code, said_code;
    struct history_moment when; /* told */
};

struct history_system {
    char *id;
    struct history_act *acts;
    size_t count, room;
    struct history_process *processes;
    size_t process_count, process_room;
    int32_t handles;
    uint32_t listed_at; /* while a trace is read: the line of the last list in which it stood, or did not */
    bool there_before;  /* it may have been there before the history begins */
    bool powers;        /* a program was started in it that shuts its guest down or resets it */
};

struct history {
    struct history_system *systems;
    size_t count, room, acts;
    const char **traces; /* their names, for messages */
    size_t trace_count;
    bool closed;   /* nobody else acts: no system ends without a cause */
    bool restarts; /* a service was restarted: its handles and what waited for it are gone */
    bool faults;   /* a fault plan was at work: exits may be lost, late, or without a cause */
    char *broken;  /* the first law that does not hold, a sentence; NULL: none */
};

/* What the judges say. */
enum history_verdict { HISTORY_HOLDS, HISTORY_BROKEN, HISTORY_UNDECIDED };

struct history_system *history_system_named(struct history *history, const char *id);
/* Adds an act, zeroed but for its handle and process, which are -1; it stays there until the next is added. */
struct history_act *history_add(struct history *history, struct history_system *system);
/* A new process of the system; its index. */
int32_t history_add_process(struct history_system *system);
/* True if a is before b. */
bool history_is_before(const struct history_moment *a, const struct history_moment *b);
/* Says that a law does not hold, at a place of a trace; the first one is kept. */
void history_break(struct history *history, struct history_moment where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void history_free(struct history *history);

#endif
