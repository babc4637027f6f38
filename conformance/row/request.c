/* Documents of calls; see request.h. */
#include "request.h"
#include "document/document.h"
#include "json.h"
#include "spec_schema.h"
#include <string.h>

const char *configuration_text_of(const cJSON *call)
{
    static const char prefix[] = "text:";
    const char *text = call ? document_text(call->child, "configuration") : NULL;
    return text && !strncmp(text, prefix, sizeof prefix - 1) ? text + sizeof prefix - 1 : NULL;
}

cJSON *request_of_type(const cJSON *call, const char *type)
{
    const char *text = configuration_text_of(call);
    cJSON *request = text ? json_read(text) : NULL;
    const char *kind = document_text(request, FIELD_ModifySettingRequest_RequestType);
    if (kind && !strcmp(kind, type))
        return request;
    cJSON_Delete(request);
    return NULL;
}
