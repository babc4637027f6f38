/* Role: the files of a guest: those of the scenario, and the changes by its processes, which last as long as the
   system. Paths are compared without case and with / equal to \, and are not zero-terminated. Threads: core lock held.
 */
#ifndef SIM_FILES_H
#define SIM_FILES_H

#include "backend/sim.h"

enum { FILES_MAX_BYTES = 1 << 20 }; /* of one file */

/* A path, as a part of a text. */
struct path {
    const char *text;
    size_t length;
};

/* Returns the contents of a file, or NULL if it does not exist. */
const char *files_read(const struct sim *sim, const struct sim_system *system, struct path path, size_t *length);
bool files_has_directory(const struct sim *sim, const struct sim_system *system, struct path path);
/* Creates a file or, unless append is true, empties it. Returns false if its folder does not exist, if the path is a
   folder, or when out of memory. */
bool files_create(const struct sim *sim, struct sim_system *system, struct path path, bool append);
/* Appends to a file, which is created again if it was removed meanwhile. Returns false if not all bytes fit into it or
   into memory. */
bool files_append(const struct sim *sim, struct sim_system *system, struct path path, const char *bytes, size_t length);
/* Returns false if the file does not exist, or when out of memory. */
bool files_remove(const struct sim *sim, struct sim_system *system, struct path path);
/* Returns false if the folder exists already, if its parent does not, or when out of memory. */
bool files_make_directory(const struct sim *sim, struct sim_system *system, struct path path);
/* Tells add() what is in a folder. */
void files_list(const struct sim *sim, const struct sim_system *system, struct path folder,
    void (*add)(void *context, struct path name, bool is_folder, size_t size), void *context);
void files_free(struct sim_system *system);

#endif
