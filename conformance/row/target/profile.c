/* Host profiles. Entry point: profile_read(). */
#include "profile.h"
#include "builtin.h"
#include "base/allocate.h"
#include "base/files/json_members.h"
#include "row/json.h"
#include "spec_rows.h"
#include "spec_schema.h"
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

static bool refuse(char *error, size_t size, const char *path, const char *what)
{
    snprintf(error, size, "%s: %s", path, what);
    profile_free();
    return false;
}

static bool check_capabilities(const char *member, char *error, size_t size, const char *path)
{
    const cJSON *item;
    char wrong[JSON_FILE_WRONG];
    snprintf(wrong, sizeof wrong, "%s: there is no such capability; see hcs-conformance run --help", member);
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(profile, member))
        if (!known_capability(cJSON_GetStringValue(item)))
            return refuse(error, size, path, wrong);
    return true;
}

static const struct json_form of_profile = {.what = "a profile",
    .comments = true,
    .members = (const struct json_member[]){{"lacks", cJSON_Array, false, 0}, {"must", cJSON_Array, false, 0},
        {"documents", cJSON_Object, false, 0}, {NULL, 0, false, 0}}};

static bool check(char *error, size_t size, const char *path)
{
    const cJSON *document;
    char wrong[JSON_FILE_WRONG];
    if (!json_members_fit(profile, "", &of_profile, wrong))
        return refuse(error, size, path, wrong);
    if (!check_capabilities("lacks", error, size, path) || !check_capabilities("must", error, size, path))
        return false;
    cJSON_ArrayForEach (document, cJSON_GetObjectItemCaseSensitive(profile, "documents")) {
        if (!strncmp(document->string, "comment", strlen("comment")))
            continue;
        snprintf(wrong, sizeof wrong, "documents.%s: %s", document->string,
            cJSON_IsObject(document) ? "no row uses a document of that name" : "an object is expected");
        if (!known_alias(document->string) || !cJSON_IsObject(document))
            return refuse(error, size, path, wrong);
    }
    return true;
}

bool profile_read(const char *path, char *error, size_t size)
{
    enum { LEVELS = 2 }; /* a document for the API may have a member twice: some rows try that */
    profile_name = path;
    if (!*path)
        return true;
    size_t length = 0;
    char wrong[JSON_FILE_WRONG] = "the profile can't be read", *text = builtin_read(path, PROFILE_BYTES, &length);
    if (!text)
        memory_check();
    profile = text ? json_file_parse_above(text, length, LEVELS, wrong) : NULL;
    free(text);
    return profile ? check(error, size, path) : refuse(error, size, path, wrong);
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
