/* Role: the configuration of a system as a tree, addressed by paths as in HcsModifyComputeSystem:
   VirtualMachine/Devices/Scsi/0/Attachments/1.
   Callers: the files of the host model, and backends. Threads: one at a time for each configuration. */
#ifndef HOST_CONFIGURATION_H
#define HOST_CONFIGURATION_H

#include "engine.h"

struct writer;

/* A copy of a document's tree. Until something of it is read or changed it is kept as text: that takes a tenth of the
   memory, and of most systems nothing is ever read again. Returns NULL when out of memory. */
struct configuration *configuration_keep(const cJSON *root);
/* Returns its tree, which then stays; NULL when out of memory. */
cJSON *configuration_tree(struct configuration *configuration);
/* NULL is allowed. */
void configuration_free(struct configuration *configuration);

/* Returns the value at a path, or NULL. */
const cJSON *configuration_find(const cJSON *root, const char *path);
/* Returns the last element of a list whose member key has that text, or NULL if there is none or text is NULL. */
cJSON *configuration_element(cJSON *list, const char *key, const char *text);
/* Writes a value with all the digits that were given, even beyond 2^53. */
void configuration_write(struct writer *writer, const char *name, const cJSON *value);
/* The same as a text of its own; NULL when out of memory. */
char *configuration_text(const cJSON *value);

/* A disk of a virtual machine; empty before the first one. */
struct configuration_disk {
    const char *path, *controller; /* controller: its name */
    const cJSON *scsi, *attachment;
};
/* Goes on to the next disk that has a path. Returns false if there is none. */
bool configuration_next_disk(struct configuration *configuration, struct configuration_disk *disk);
/* Returns the file that an attachment is a disk of; NULL: none, as of a disk of the host itself. */
const char *configuration_file_of_disk(const cJSON *attachment);

/* A requested modification: the engine's own copy. */
struct modification {
    int resource; /* index in spec_resources */
    char *path;
    char request;    /* 'A'dd, 'R'emove or 'U'pdate; 0: not given */
    cJSON *settings; /* NULL: none */
};

/* NULL is allowed. */
void modification_free(struct modification *modification);
/* Changes the tree. Fails with HRESULT_ERROR_NOT_FOUND if the value to change or its parent does not exist, and with
   HRESULT_ERROR_OBJECT_ALREADY_EXISTS if a value to add does. On success the settings belong to the tree. */
HRESULT configuration_modify(cJSON *root, struct modification *modification);

#endif
