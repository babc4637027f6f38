/* Role: a run written down so that it can be repeated: seed, scenario or drawn faults, moves. As a file

     { "schedule": 1, "description": "…", "seed": 7, "scenario": { … }, "moves": [ "c0 HcsCreateOperation - - o0", … ] }

   and, if its faults are drawn or it has none, as one line of text, the replay string:

     seed 7; faults 3f; c0 HcsCreateOperation - - o0; engine; …

   Moves before the word "then" are made first, in their order; exhaustive searches permute only those after it.
   "faults" is a bit mask of the seed's drawn faults that are active; without it there are none. */
#ifndef EXPLORE_SCHEDULE_H
#define EXPLORE_SCHEDULE_H

#include "move.h"

enum { SCHEDULE_VERSION = 1, SCHEDULE_BYTES = 16 << 20 };

struct schedule {
    uint64_t seed, faults;
    char *scenario;    /* JSON text, or the path of a file; NULL: the faults drawn by the seed that `faults` selects */
    char *description; /* NULL: none */
    struct move *moves;
    size_t count, capacity;
    size_t setup; /* number of moves before "then" */
};

void schedule_free(struct schedule *schedule);
/* Without memory the tool ends; see base/allocate.h. */
void schedule_add(struct schedule *schedule, const struct move *move);
/* A file or a replay string. false after one line on standard error, which begins with the tool's name. */
bool schedule_read(const char *tool, const char *path, struct schedule *schedule);
bool schedule_read_text(const char *tool, const char *text, struct schedule *schedule);
/* The same for a parsed file; where: its name, for messages. */
struct cJSON;
bool schedule_take(const char *tool, const char *where, const struct cJSON *root, struct schedule *schedule);
/* From malloc. */
char *schedule_text(const struct schedule *schedule);
char *schedule_json(const struct schedule *schedule);

/* The faults that a seed draws, as a scenario (JSON, from malloc); mask: a bit for each active one. Half of the seeds
   draw none. *count receives the number of faults drawn. NULL: out of memory. */
char *schedule_draw_faults(uint64_t seed, uint64_t mask, unsigned *count);

#endif
