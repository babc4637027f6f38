/* Role: decides whether some order of the acts of a system explains what clients saw: each act between its begin and
   its end, each possible when its turn comes (world.h). As Wing and Gong do it, with a memory of what was tried, as
   Lowe has it. Callers: hcs-sim check, tests. Single thread. */
#ifndef HISTORY_SEARCH_H
#define HISTORY_SEARCH_H

#include "history.h"

/* most: so many steps are tried a system; after them the answer is HISTORY_UNDECIDED. why: set to a text that says what
   could not be explained, or which system was not decided; the caller frees it. NULL: all holds. */
enum history_verdict history_search(const struct history *history, uint64_t most, char **why);

#endif
