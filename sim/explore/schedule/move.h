/* Role: the moves that a schedule consists of: a call of a virtual client, a wait that ends, a callback that begins or
   ends, an event of the engine. Replay strings and schedule files have them in this text form. No state.

     c0 HcsCreateComputeSystem id:a @system/container o0 - s0    client 0, arguments in the order of the reference
     c1 wakes          the waiting call of client 1 continues
     c1 times-out      the waiting call of client 1 times out
     k0 begins         the next callback begins, as actor k0, which may make calls
     k0 ends
     engine            the next event of the engine

   A call may be followed by a fault, named as in sim/README.md: !fails HRESULT, !hangs,
   !exits, !disconnects, !loses-exit, !loses-output, !delays-exit, !loses-status, !closes-connection, !ends-process,
   !awaits-exit, !awaits-callback, !ignored. If any call has a fault, the run has no other faults.
   Arguments: o0, s0, p0: a slot (of an out parameter: the slot that takes the handle); -: NULL; +: any other value; @…:
   a document of spec/; id:a: an id; a number. */
#ifndef EXPLORE_MOVE_H
#define EXPLORE_MOVE_H

#include "spec_functions.h"
#include <windows.h>
#include <computecore.h>
#include <stdbool.h>
#include <stdint.h>

/* MOVE_DRAWN: how many callbacks may run at a time while moves are drawn; MOVE_CALLBACKS: the same at the end of a run,
   where each of them may wait for another. */
enum { MOVE_CLIENTS = 4, MOVE_DRAWN = 4, MOVE_CALLBACKS = 12, MOVE_ACTORS = MOVE_CLIENTS + MOVE_CALLBACKS };
enum { MOVE_SYSTEMS = 3, MOVE_PROCESSES = 4, MOVE_OPERATIONS = 8, MOVE_IDS = 3 };
enum { MOVE_NULL = -1, MOVE_ARGUMENTS = 6 };

/* The faults of a call, in the order of the simulator's enum fault_effect. */
enum move_fault { MOVE_FAULT_NONE, MOVE_FAULT_FAIL, MOVE_FAULTS = 14 };
/* The delay of an exit by !delays-exit, in milliseconds. */
enum { MOVE_DELAY_MS = 1000 };

enum move_kind { MOVE_CALL, MOVE_WAKE, MOVE_TIME_OUT, MOVE_BEGIN, MOVE_END, MOVE_ENGINE, MOVE_KINDS };

/* choice has an element for each parameter of a call: the slot of a handle or out handle, the index of a text in
   move_text_names, the index of a number in move_numbers, 0 for any other pointer; MOVE_NULL for NULL. */
struct move {
    uint8_t kind, actor, function;
    int8_t choice[MOVE_ARGUMENTS];
    uint8_t fault;  /* of a call: an enum move_fault */
    HRESULT result; /* of MOVE_FAULT_FAIL */
};

/* The texts from which calls draw, @alias or id:x, ended by NULL. */
extern const char *const move_text_names[];
/* Returns the choice of a name, or MOVE_NULL - 1 if it is unknown. */
int move_text_named(const char *name);
extern const uint32_t move_numbers[];
extern const int move_number_count;

/* Writes one move; at most MOVE_TEXT bytes, including the terminating zero. */
enum { MOVE_TEXT = 256 };
void move_print(const struct move *move, char text[MOVE_TEXT]);
/* Reads one move. Returns NULL on success, otherwise a message. */
const char *move_read(const char *text, struct move *move);

#endif
