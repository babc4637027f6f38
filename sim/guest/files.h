/* Role: the files of a guest: those of the scenario, and the changes made by its processes, which last as long as the
   system. Paths are compared without case, / and \ alike, and are not zero-terminated. Core lock held. */
#ifndef SIM_FILES_H
#define SIM_FILES_H

#include "backend/sim.h"

enum { FILES_MAX_BYTES = 1 << 20 }; /* of one file */

/* A path within a text. */
struct path {
    const char *text;
    size_t length;
};

/* The contents of a file; NULL: it does not exist. */
const char *files_read(const struct sim *sim, const struct sim_system *system, struct path path, size_t *length);
bool files_has_directory(const struct sim *sim, const struct sim_system *system, struct path path);
/* Opens a file for writing: emptied, or with append as it is. false: its folder does not exist, the path is a folder,
   or out of memory. */
bool files_create(const struct sim *sim, struct sim_system *system, struct path path, bool append);
/* Appends to a file; creates it again if it was removed meanwhile. false: the file is full. */
bool files_append(const struct sim *sim, struct sim_system *system, struct path path, const char *bytes, size_t length);
/* false: the file does not exist. */
bool files_remove(const struct sim *sim, struct sim_system *system, struct path path);
/* false: it exists already, its parent folder does not, or out of memory. */
bool files_make_directory(const struct sim *sim, struct sim_system *system, struct path path);
void files_free(struct sim_system *system);

#endif
