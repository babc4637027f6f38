/* Role: the files of virtual machines on the client's own disks: what the file functions do when the host of the engine
   has no files of its own. They act in the client's process, with its rights, whatever engine there is.
   A state file that is created is a JSON text of the type StateFile (spec/schema/scenario.json), by which it is known
   again. A grant changes nothing: it is checked that there is such a file and that the user may change who may open it,
   as the caller of a real host must be able to.
   Callers: impl/api/files.c, replays. Threads: client_file_act() any, without the core lock; client_file_expect() with
   it. */
#ifndef CORE_CLIENT_FILE_H
#define CORE_CLIENT_FILE_H

#include "spec_requests.h"
#include <windows.h>

/* Does what a request about a file asks for, and records the result as an input. path: UTF-8. *answer: the document,
   UTF-8 from malloc, or NULL. */
HRESULT client_file_act(enum request_kind kind, const char *path, char **answer);
/* For replays: the next client_file_act() touches no file, but has this result. answer: copied, or NULL. */
void client_file_expect(HRESULT result, const char *answer);

#endif
