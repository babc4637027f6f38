/* Role: the configuration of a system as a tree that paths lead through, as HcsModifyComputeSystem names
   them: VirtualMachine/Devices/Scsi/0/Attachments/1. Callers: modify.c, properties.c. Core lock held. */
#ifndef HOST_CONFIGURATION_H
#define HOST_CONFIGURATION_H

#include "engine.h"

struct writer;

/* What lies there, or NULL. */
const cJSON *configuration_find(const cJSON *root, const char *path);
/* The element of a list whose member key is that text, the last of several; NULL: none, or text is NULL. */
cJSON *configuration_element(cJSON *list, const char *key, const char *text);
/* Writes a value as it was given, digits beyond 2^53 included. */
void configuration_write(struct writer *writer, const char *name, const cJSON *value);

/* What a modification asks for; the engine's own copy. */
struct modification {
    int resource; /* of spec_resources */
    char *path;
    char request;    /* A(dd), R(emove), U(pdate), 0: not said */
    cJSON *settings; /* NULL: none */
};

/* NULL is allowed. */
void modification_free(struct modification *modification);
/* Changes the tree. Fails with HRESULT_ERROR_NOT_FOUND when there is nothing to change or to add to, and with
   HRESULT_ERROR_OBJECT_ALREADY_EXISTS when what is added is there. On success the settings are used up. */
HRESULT configuration_modify(cJSON *root, struct modification *modification);

#endif
