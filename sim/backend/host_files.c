/* The files of the simulated host. Entry points: host_files_submit(), host_files_may_open(). */
#include "host_files.h"
#include "base/check.h"
#include "base/text/identity.h"
#include "core/lock.h"
#include "spec_hresults.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_FILES = 10000, MOST_GRANTS = 10000 };

/* --- paths --- */

/* A copy from malloc with \ for /, without the prefix \\?\ and a slash at its end; NULL: path is, or out of
   memory. */
static char *usual(const char *path)
{
    char *copy = path ? strdup(path) : NULL;
    if (!copy)
        return NULL;
    for (char *c = copy; *c; c++)
        if (*c == '/')
            *c = '\\';
    size_t length = strlen(copy), from = strncmp(copy, "\\\\?\\", 4) ? 0 : 4;
    while (length > from && copy[length - 1] == '\\')
        length--;
    memmove(copy, copy + from, length - from);
    copy[length - from] = 0;
    return copy;
}

static bool same_path(const cJSON *file, const char *path)
{
    char *own = usual(document_text(file, FIELD_ScenarioHostFile_path));
    bool same = own && identity_same(own, path);
    free(own);
    return same;
}

/* True if the folder is one of those that the file is in. */
static bool is_under(const cJSON *file, const char *folder)
{
    char *own = usual(document_text(file, FIELD_ScenarioHostFile_path));
    char *slash = own ? strrchr(own, '\\') : NULL;
    bool under = false;
    for (; slash && !under; slash = strrchr(own, '\\')) {
        *slash = 0;
        under = identity_same(own, folder);
    }
    free(own);
    return under;
}

static bool is_kind(const cJSON *file, const char *kind)
{
    const char *own = document_text(file, FIELD_ScenarioHostFile_kind);
    return own && !strcmp(own, kind);
}

static cJSON *find(const struct sim *sim, const char *path)
{
    cJSON *file;
    cJSON_ArrayForEach (file, sim->scenario.host_files)
        if (same_path(file, path))
            return file;
    return NULL;
}

/* The root of a drive is there, and every folder that something is in. */
static bool has_folder(const struct sim *sim, const char *path)
{
    const cJSON *file;
    if (!*path || (path[1] == ':' && !path[2]))
        return true;
    cJSON_ArrayForEach (file, sim->scenario.host_files)
        if (is_under(file, path) || (is_kind(file, VALUE_ScenarioFileKind_Folder) && same_path(file, path)))
            return true;
    return false;
}

/* A copy of the path of the folder that a path is in. NULL: out of memory. */
static char *folder_of(const char *path)
{
    char *folder = strdup(path);
    char *slash = folder ? strrchr(folder, '\\') : NULL;
    if (folder)
        *(slash ? slash : folder) = 0;
    return folder;
}

/* Which of the two codes says that there is no such file. */
static HRESULT missing(const struct sim *sim, const char *path)
{
    char *folder = folder_of(path);
    HRESULT result = !folder                   ? E_OUTOFMEMORY
                     : has_folder(sim, folder) ? HRESULT_ERROR_FILE_NOT_FOUND
                                               : HRESULT_ERROR_PATH_NOT_FOUND;
    free(folder);
    return result;
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
static HRESULT create(struct sim *sim, const char *path, const char *kind)
{
    if (find(sim, path) || has_folder(sim, path))
        return HRESULT_ERROR_FILE_EXISTS;
    HRESULT result = missing(sim, path);
    if (result != HRESULT_ERROR_FILE_NOT_FOUND)
        return result;
    char *folder = folder_of(path);
    if (!folder)
        return E_OUTOFMEMORY;
    bool denied = cJSON_IsTrue(document_member(find(sim, folder), FIELD_ScenarioHostFile_denied));
    free(folder);
    return denied ? E_ACCESSDENIED : add(sim, path, kind) ? S_OK : E_OUTOFMEMORY;
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

/* HCS-ROW: V-13 only a saved state has an answer */
static HRESULT look_into(const cJSON *file, char **answer)
{
    const cJSON *requirements = document_member(file, FIELD_ScenarioHostFile_requirements);
    if (is_kind(file, VALUE_ScenarioFileKind_Folder))
        return E_ACCESSDENIED;
    if (!is_kind(file, VALUE_ScenarioFileKind_RuntimeState) || !requirements)
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

static HRESULT act(struct sim *sim, const struct request *request, const char *path, char **answer)
{
    if (request->kind == REQUEST_CREATE_GUEST_STATE)
        return create(sim, path, VALUE_ScenarioFileKind_GuestState);
    if (request->kind == REQUEST_CREATE_RUNTIME_STATE)
        return create(sim, path, VALUE_ScenarioFileKind_RuntimeState);
    cJSON *file = find(sim, path);
    if (!file && !has_folder(sim, path))
        return missing(sim, path);
    if (!file) /* a folder that the scenario only mentions in the paths of files */
        file = add(sim, path, VALUE_ScenarioFileKind_Folder);
    return file ? act_on(file, request, answer) : E_OUTOFMEMORY;
}

void host_files_submit(struct host *host, struct request *request)
{
    CHECK_HELD();
    CHECK(spec_requests[request->kind].about == ABOUT_FILE);
    char *answer = NULL, *path = usual(request->path);
    HRESULT result = path ? act((struct sim *)host, request, path, &answer) : E_OUTOFMEMORY;
    free(path);
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
    char *name = usual(path);
    const cJSON *file = name ? find(sim, name) : NULL;
    HRESULT result = !name   ? E_OUTOFMEMORY
                     : !file ? missing(sim, name)
                     : is_granted(file, system->id) && !is_kind(file, VALUE_ScenarioFileKind_Folder) ? S_OK
                                                                                                     : E_ACCESSDENIED;
    free(name);
    return result;
}
