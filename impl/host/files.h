/* Role: the files of the host that a virtual machine opens: its disks and the files of its state. Nothing is opened
   unless the host has files (host.has_files). Callers: system.c. Core lock held. */
#ifndef HOST_FILES_H
#define HOST_FILES_H

#include "host.h"

/* What the machine opens as it starts, or because of a change while it runs. Returns S_OK, or the failure of the first
   file that it may not open; *path is then a copy of its path, or NULL without memory. */
HRESULT files_open(struct host *host, const struct host_system *system, char **path);
HRESULT files_open_changed(
    struct host *host, const struct host_system *system, const struct modification *modification, char **path);

#endif
