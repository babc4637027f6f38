/* Role: the files of a guest: those of the scenario, and what its processes make of them; those live as long as their
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

/* What stands in a file; NULL: there is none. */
const char *files_read(const struct sim *sim, const struct sim_system *system, struct path path, size_t *length);
bool files_has_directory(const struct sim *sim, const struct sim_system *system, struct path path);
/* An empty file, or with append what is there, to be written to. false: its folder is not there, or it is one, or there
   is no memory. */
bool files_create(const struct sim *sim, struct sim_system *system, struct path path, bool append);
/* Behind what it holds; it is made again if it was removed meanwhile. false: the file is full. */
bool files_append(const struct sim *sim, struct sim_system *system, struct path path, const char *bytes, size_t length);
/* false: there is none. */
bool files_remove(const struct sim *sim, struct sim_system *system, struct path path);
/* false: it is there already, or the folder that it is to be in is not, or there is no memory. */
bool files_make_directory(const struct sim *sim, struct sim_system *system, struct path path);
void files_free(struct sim_system *system);

#endif
