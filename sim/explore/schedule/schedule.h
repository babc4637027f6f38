/* Role: a run in a form that can be repeated: seed, scenario or drawn faults, and moves. It is written as a file

     { "schedule": 1, "description": "…", "seed": 7, "scenario": { … }, "moves": [ "c0 HcsCreateOperation - - o0", … ] }

   or, if its faults are drawn or it has none, as one line of text, the replay string:

     seed 7; faults 3f; c0 HcsCreateOperation - - o0; engine; …

   Moves before the word "then" are made first, in their order; exhaustive searches permute only those after it.
   "faults" is a bit mask that selects from the faults that the seed draws; without it there are none. */
#ifndef EXPLORE_SCHEDULE_H
#define EXPLORE_SCHEDULE_H

#include "move.h"

enum { SCHEDULE_VERSION = 1, SCHEDULE_BYTES = 16 << 20 };
#define SCHEDULE_EXACT (UINT64_C(1) << 53) /* the greatest seed that is written as a number; others as texts */

struct schedule {
    uint64_t seed, faults;
    char *scenario;    /* JSON text or the path of a file; NULL: the seed's faults that `faults` selects */
    char *description; /* NULL: none */
    struct move *moves;
    size_t count, capacity;
    size_t setup; /* number of moves before "then" */
};

void schedule_free(struct schedule *schedule);
/* Adds a move. When out of memory, ends the tool (base/allocate.h). */
void schedule_add(struct schedule *schedule, const struct move *move);
/* Reads a file or a replay string. Returns false after one line on standard error that begins with the tool's name. */
bool schedule_read(const char *tool, const char *path, struct schedule *schedule);
bool schedule_read_text(const char *tool, const char *text, struct schedule *schedule);
/* The same for a file that is parsed already; where: its name, for messages. */
struct cJSON;
bool schedule_take(const char *tool, const char *where, const struct cJSON *root, struct schedule *schedule);
/* Both return a text from malloc. */
char *schedule_text(const struct schedule *schedule);
char *schedule_json(const struct schedule *schedule);

/* Returns the faults that a seed draws as a scenario (JSON, from malloc), or NULL when out of memory. mask: a bit for
   each fault, set if it is to be in the scenario; *count becomes the number of faults drawn: none for a quarter
   of the seeds. */
char *schedule_draw_faults(uint64_t seed, uint64_t mask, unsigned *count);

#endif
