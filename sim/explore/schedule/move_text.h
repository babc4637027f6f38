/* Role: the texts that moves name, as the explorer gives them to calls. */
#ifndef EXPLORE_MOVE_TEXT_H
#define EXPLORE_MOVE_TEXT_H

#include "move.h"

/* Returns the text of a choice, a constant; NULL for MOVE_NULL. */
PCWSTR move_text(int choice);
/* The same as UTF-8. */
const char *move_text_utf8(int choice);
/* True if the document of a choice has that member with the value true. */
bool move_text_has(int choice, const char *member);

#endif
