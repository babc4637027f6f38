/* Role: the documents that rows give in their own text. Callers: whatever looks at a row's call before or after it.
   Threads: any. */
#ifndef CONFORMANCE_REQUEST_H
#define CONFORMANCE_REQUEST_H

#include <cjson/cJSON.h>

/* The text of the configuration that a call ({"HcsX": {arguments}}, or NULL) gives as "text:…"; NULL: it gives none, or
   one by name. Part of the call. */
const char *configuration_text_of(const cJSON *call);
/* That configuration, if it is a request of this type (VALUE_ModifyRequestType_…); NULL: it is none. The caller deletes
   it. */
cJSON *request_of_type(const cJSON *call, const char *type);

#endif
