/* Host profiles. Entry point: profile_read(). */
#include "profile.h"
#include "builtin.h"
#include "base/allocate.h"
#include "row/json.h"
#include "spec_rows.h"
#include "spec_schema.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char suite_owner[] = "hcs-conformance";

enum { PROFILE_BYTES = 1 << 22 };

static cJSON *profile;
static const char *profile_name = "";

const char *const capability_names[] = {"container", "guest-process", "linux-guest", "windows-guest", "virtual-machine",
    "memory-limit", "simulator", "stream-relay", "shared-host", NULL};

static bool known_capability(const char *name)
{
    for (size_t i = 0; capability_names[i]; i++)
        if (name && !strcmp(name, capability_names[i]))
            return true;
    return false;
}

static bool known_alias(const char *alias)
{
    for (unsigned i = 0; i < spec_document_count; i++)
        if (!strcmp(spec_documents[i].alias, alias))
            return true;
    return false;
}

static bool refuse(char *error, size_t size, const char *path, const char *member, const char *what)
{
    snprintf(error, size, "%s: %s: %s", path, member, what);
    profile_free();
    return false;
}

static bool check_capabilities(const cJSON *list, char *error, size_t size, const char *path)
{
    const cJSON *item;
    if (list && !cJSON_IsArray(list))
        return refuse(error, size, path, list->string, "an array is expected");
    cJSON_ArrayForEach (item, list)
        if (!known_capability(cJSON_GetStringValue(item)))
            return refuse(
                error, size, path, list->string, "there is no such capability; see hcs-conformance run --help");
    return true;
}

static bool check(char *error, size_t size, const char *path)
{
    const cJSON *item, *document;
    if (!cJSON_IsObject(profile))
        return refuse(error, size, path, "$", "an object is expected");
    cJSON_ArrayForEach (item, profile) {
        bool list = !strcmp(item->string, "lacks") || !strcmp(item->string, "must");
        if (list && !check_capabilities(item, error, size, path))
            return false;
        if (!list && strcmp(item->string, "documents") && strncmp(item->string, "comment", 7))
            return refuse(error, size, path, item->string, "there is no such member");
    }
    cJSON_ArrayForEach (document, cJSON_GetObjectItemCaseSensitive(profile, "documents"))
        if (strncmp(document->string, "comment", 7) && (!known_alias(document->string) || !cJSON_IsObject(document)))
            return refuse(
                error, size, path, document->string, "no row uses a document of that name, or it is no object");
    return true;
}

bool profile_read(const char *path, char *error, size_t size)
{
    profile_name = path;
    if (!*path)
        return true;
    size_t length = 0;
    char *text = builtin_read(path, PROFILE_BYTES, &length);
    if (!length) {
        free(text);
        return refuse(error, size, path, "$", "the profile can't be read");
    }
    const char *end = NULL;
    errno = 0;
    profile = cJSON_ParseWithOpts(text, &end, 1);
    if (!profile)
        memory_check();
    int line = 1;
    for (const char *p = text; !profile && end && p < end; p++)
        line += *p == '\n';
    free(text);
    if (profile)
        return check(error, size, path);
    snprintf(error, size, "%s:%d: this is not JSON", path, line);
    return false;
}

const char *profile_path(void)
{
    return profile_name;
}

char *profile_document(const char *alias)
{
    const cJSON *documents = cJSON_GetObjectItemCaseSensitive(profile, "documents");
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(documents, alias);
    if (!found)
        return NULL;
    cJSON *copy = json_copy(found);
    if (!strncmp(alias, "@system/", 8)) {
        cJSON_DeleteItemFromObjectCaseSensitive(copy, FIELD_ComputeSystem_Owner);
        json_add_text(copy, FIELD_ComputeSystem_Owner, suite_owner);
    }
    char *text = json_text(copy);
    cJSON_Delete(copy);
    return text;
}

static bool listed(const char *member, const char *capability, size_t length)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(profile, member))
        if (strlen(item->valuestring) == length && !strncmp(capability, item->valuestring, length))
            return true;
    return false;
}

bool profile_lacks(const char *capability, size_t length)
{
    return listed("lacks", capability, length);
}

bool profile_demands(const char *capability)
{
    return listed("must", capability, strlen(capability));
}

void profile_free(void)
{
    cJSON_Delete(profile);
    profile = NULL;
}
