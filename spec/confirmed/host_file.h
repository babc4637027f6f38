/* Role: the files of spec/hosts, which keep what rows came to on real hosts: spec/hosts/BUILD.json for a Windows build.
   Callers: hcs-spec, which makes tables of them; hcs-conformance adopt, which writes them. Single thread.
   Ownership: the caller owns the trees. */
#ifndef SPEC_CONFIRMED_HOST_FILE_H
#define SPEC_CONFIRMED_HOST_FILE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/* The version of these files that is written, and the newest that is read. */
enum { HOST_FILE_VERSION = 1 };

struct host_mistake {
    const cJSON *node; /* at or below which it is */
    char text[320];    /* the member's path and what is wrong with it */
};

/* Checks that a run was made on a real host of that build and update revision, with that host's own library:
   environment has the facts of the host, target is the library's name without folder. The mistake has no path. */
bool host_is_real(
    const cJSON *environment, const char *target, unsigned build, unsigned revision, struct host_mistake *mistake);
/* Checks the tree of a file whose name begins with a build: version, members, types, that no fact contradicts
   another, and that its runs are of real hosts. Returns false with the first mistake. */
bool host_file_check(const cJSON *root, unsigned build, struct host_mistake *mistake);
/* Can it be the number of a Windows build? */
bool host_is_build(unsigned build);
/* Returns the build that the name of a file says (folders before it are ignored); 0: it is not BUILD.json. */
unsigned host_file_build(const char *path);
/* Returns what the newest revision with that row says of it, or NULL. */
const cJSON *host_file_row(const cJSON *root, const char *id);

/* Is it about the row as it is today? digest: the digest of the row's steps. */
bool host_row_is_of(const cJSON *row, const char *digest);
/* Did the host do what the row expects? */
bool host_row_confirms(const cJSON *row);
/* Returns the HRESULT that the host answered with, by name: of the operation, otherwise of the call; NULL: none. */
const char *host_row_answer(const cJSON *row);

#endif
