/* The files of the simulated host. Entry points: host_files_submit(), host_files_may_open(). */
#include "host_files.h"
#include "base/check.h"
#include "base/text/host_path.h"
#include "base/text/identity.h"
#include "core/lock.h"
#include "spec_hresults.h"
#include <string.h>

enum { MOST_FILES = 10000, MOST_GRANTS = 10000 };

/* --- paths --- */

static struct host_path own_path(const cJSON *file)
{
    return host_path_of(document_text(file, FIELD_ScenarioHostFile_path));
}

/* Returns how many bytes of the path are the same as the whole beginning; 0 if they differ. */
static size_t same_bytes(struct host_path path, struct host_path beginning)
{
    const char *a = path.text, *b = beginning.text;
    while (a < path.text + path.length && b < beginning.text + beginning.length) {
        bool both = host_path_is_slash(*a) && host_path_is_slash(*b);
        uint32_t x = identity_take(&a), y = identity_take(&b);
        if (!both && x != y)
            return 0;
    }
    return b < beginning.text + beginning.length ? 0 : (size_t)(a - path.text);
}

static bool same_path(const cJSON *file, struct host_path path)
{
    struct host_path own = own_path(file);
    return own.length && same_bytes(own, path) == own.length;
}

/* True if the folder is one of those that the file is in. */
static bool is_under(const cJSON *file, struct host_path folder)
{
    struct host_path own = own_path(file);
    size_t same = same_bytes(own, folder);
    return same && same < own.length && host_path_is_slash(own.text[same]);
}

static bool is_kind(const cJSON *file, const char *kind)
{
    const char *own = document_text(file, FIELD_ScenarioHostFile_kind);
    return own && !strcmp(own, kind);
}

static cJSON *find(const struct sim *sim, struct host_path path)
{
    cJSON *file;
    cJSON_ArrayForEach (file, sim->scenario.host_files)
        if (same_path(file, path))
            return file;
    return NULL;
}

/* The root of a drive is there, and every folder that something is in. */
static bool has_folder(const struct sim *sim, struct host_path path)
{
    const cJSON *file;
    if (!path.length || (path.length == 2 && path.text[1] == ':'))
        return true;
    cJSON_ArrayForEach (file, sim->scenario.host_files)
        if (is_under(file, path) || (is_kind(file, VALUE_ScenarioFileKind_Folder) && same_path(file, path)))
            return true;
    return false;
}

/* The path of the folder that a path is in; empty: it names none. */
static struct host_path folder_of(struct host_path path)
{
    while (path.length && !host_path_is_slash(path.text[path.length - 1]))
        path.length--;
    path.length -= path.length > 0;
    return path;
}

/* Which of the two codes says that there is no such file. */
static HRESULT missing(const struct sim *sim, struct host_path path)
{
    return has_folder(sim, folder_of(path)) ? HRESULT_ERROR_FILE_NOT_FOUND : HRESULT_ERROR_PATH_NOT_FOUND;
}

/* --- what is asked for --- */

/* Adds a file. NULL: out of memory, or there are too many. */
static cJSON *add(struct sim *sim, const char *path, const char *kind)
{
    cJSON *file = cJSON_CreateObject();
    bool whole = file && cJSON_GetArraySize(sim->scenario.host_files) < MOST_FILES &&
                 cJSON_AddStringToObject(file, FIELD_ScenarioHostFile_path, path) &&
                 cJSON_AddStringToObject(file, FIELD_ScenarioHostFile_kind, kind);
    if (whole && cJSON_AddItemToArray(sim->scenario.host_files, file))
        return file;
    cJSON_Delete(file);
    return NULL;
}

/* HCS-ROW: V-10 what exists stays as it is */
static HRESULT create(struct sim *sim, const char *name, const char *kind)
{
    struct host_path path = host_path_of(name);
    if (find(sim, path) || has_folder(sim, path))
        return HRESULT_ERROR_FILE_EXISTS;
    if (!has_folder(sim, folder_of(path)))
        return HRESULT_ERROR_PATH_NOT_FOUND;
    if (cJSON_IsTrue(document_member(find(sim, folder_of(path)), FIELD_ScenarioHostFile_denied)))
        return E_ACCESSDENIED;
    return add(sim, name, kind) ? S_OK : E_OUTOFMEMORY;
}

static bool is_name(const cJSON *name, const char *id)
{
    return cJSON_IsString(name) && identity_same(name->valuestring, id);
}

/* HCS-ROW: V-05 a second grant is none; V-07 */
static HRESULT grant(cJSON *file, const char *id)
{
    cJSON *name, *granted = cJSON_GetObjectItemCaseSensitive(file, FIELD_ScenarioHostFile_granted);
    cJSON_ArrayForEach (name, granted)
        if (is_name(name, id))
            return S_OK;
    if (!cJSON_IsArray(granted))
        cJSON_DeleteItemFromObjectCaseSensitive(file, FIELD_ScenarioHostFile_granted);
    if (!cJSON_IsArray(granted))
        granted = cJSON_AddArrayToObject(file, FIELD_ScenarioHostFile_granted);
    name = cJSON_GetArraySize(granted) < MOST_GRANTS ? cJSON_CreateString(id) : NULL;
    if (granted && name && cJSON_AddItemToArray(granted, name))
        return S_OK;
    cJSON_Delete(name);
    return E_OUTOFMEMORY;
}

/* HCS-ROW: V-08 what was not granted is revoked, too */
static HRESULT take_back(cJSON *file, const char *id)
{
    cJSON *granted = cJSON_GetObjectItemCaseSensitive(file, FIELD_ScenarioHostFile_granted);
    for (cJSON *name = granted ? granted->child : NULL, *next; name; name = next) {
        next = name->next;
        if (is_name(name, id))
            cJSON_Delete(cJSON_DetachItemViaPointer(granted, name));
    }
    return S_OK;
}

/* HCS-ROW: V-09 */
static HRESULT set_group(cJSON *file, bool granted)
{
    cJSON_DeleteItemFromObjectCaseSensitive(file, FIELD_ScenarioHostFile_grantedToGroup);
    return !granted || cJSON_AddTrueToObject(file, FIELD_ScenarioHostFile_grantedToGroup) ? S_OK : E_OUTOFMEMORY;
}

/* HCS-ROW: V-13 only a saved state has requirements, and an answer */
static HRESULT look_into(const cJSON *file, char **answer)
{
    const cJSON *requirements = document_member(file, FIELD_ScenarioHostFile_requirements);
    if (is_kind(file, VALUE_ScenarioFileKind_Folder))
        return E_ACCESSDENIED;
    if (!requirements)
        return HRESULT_ERROR_INVALID_DATA;
    *answer = cJSON_PrintUnformatted(requirements);
    return *answer ? S_OK : E_OUTOFMEMORY;
}

static HRESULT act_on(cJSON *file, const struct request *request, char **answer)
{
    if (cJSON_IsTrue(document_member(file, FIELD_ScenarioHostFile_denied))) /* HCS-ROW: V-06 */
        return E_ACCESSDENIED;
    switch ((int)request->kind) {
    case REQUEST_GRANT_VM:
        return grant(file, request->id);
    case REQUEST_REVOKE_VM:
        return take_back(file, request->id);
    case REQUEST_GRANT_GROUP:
        return set_group(file, true);
    case REQUEST_REVOKE_GROUP:
        return set_group(file, false);
    default:
        CHECK(request->kind == REQUEST_PROCESSOR_COMPATIBILITY);
        return look_into(file, answer);
    }
}

static HRESULT act(struct sim *sim, const struct request *request, char **answer)
{
    struct host_path path = host_path_of(request->path);
    if (request->kind == REQUEST_CREATE_GUEST_STATE)
        return create(sim, request->path, VALUE_ScenarioFileKind_GuestState);
    if (request->kind == REQUEST_CREATE_RUNTIME_STATE)
        return create(sim, request->path, VALUE_ScenarioFileKind_RuntimeState);
    cJSON *file = find(sim, path);
    if (!file && !has_folder(sim, path))
        return missing(sim, path);
    if (!file) /* a folder that the scenario only mentions in the paths of files */
        file = add(sim, request->path, VALUE_ScenarioFileKind_Folder);
    return file ? act_on(file, request, answer) : E_OUTOFMEMORY;
}

void host_files_submit(struct host *host, struct request *request)
{
    CHECK_HELD();
    CHECK(spec_requests[request->kind].about == ABOUT_FILE);
    char *answer = NULL;
    HRESULT result = act((struct sim *)host, request, &answer);
    request_complete(request, result, answer);
}

static bool is_granted(const cJSON *file, const char *id)
{
    const cJSON *name;
    cJSON_ArrayForEach (name, document_member(file, FIELD_ScenarioHostFile_granted))
        if (is_name(name, id))
            return true;
    return cJSON_IsTrue(document_member(file, FIELD_ScenarioHostFile_grantedToGroup));
}

HRESULT host_files_may_open(struct host *host, const struct host_system *system, const char *path)
{
    CHECK_HELD();
    const struct sim *sim = (const struct sim *)host;
    const cJSON *file = find(sim, host_path_of(path));
    if (!file)
        return missing(sim, host_path_of(path));
    return is_granted(file, system->id) && !is_kind(file, VALUE_ScenarioFileKind_Folder) ? S_OK : E_ACCESSDENIED;
}
