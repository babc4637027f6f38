/* Files of guests. Entry points: files_read(), files_create(), files_append(). */
#include "files.h"
#include "core/lock.h"
#include "base/check.h"
#include "program.h"
#include "spec_schema.h"
#include <stdlib.h>
#include <string.h>

enum file_kind { FILE_TEXT, FILE_DIRECTORY, FILE_REMOVED };

/* A file or folder that a process has written, created or removed; it overrides the scenario's file at its path. */
struct sim_file {
    struct sim_file *next;
    enum file_kind kind;
    char *bytes;
    size_t length;
    size_t path_length;
    char path[];
};

static bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

static struct path without_slash(struct path path)
{
    while (path.length > 1 && is_slash(path.text[path.length - 1]))
        path.length--;
    return path;
}

static struct sim_file *find(const struct sim_system *system, struct path path)
{
    struct sim_file *file = system->files;
    while (file && (file->path_length != path.length || !program_same_path(file->path, path.text, path.length)))
        file = file->next;
    return file;
}

static const cJSON *find_given(const struct sim *sim, struct path path)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, sim->scenario.files) {
        const char *own = document_text(item, FIELD_ScenarioFile_path);
        if (own && strlen(own) == path.length && program_same_path(own, path.text, path.length))
            return item;
    }
    return NULL;
}

const char *files_read(const struct sim *sim, const struct sim_system *system, struct path path, size_t *length)
{
    CHECK_HELD();
    const struct sim_file *file = find(system, path);
    const cJSON *given = file ? NULL : find_given(sim, path);
    const char *text = document_text(given, FIELD_ScenarioFile_text);
    *length = file ? file->length : text ? strlen(text) : 0;
    if (file)
        return file->kind == FILE_TEXT ? file->bytes ? file->bytes : "" : NULL;
    return given ? text ? text : "" : NULL;
}

static bool is_under(const char *path, size_t length, struct path folder)
{
    return length > folder.length + 1 && is_slash(path[folder.length]) &&
           program_same_path(path, folder.text, folder.length);
}

/* A folder exists if the default guest has it, a process has created it, or the scenario has a file in it. */
bool files_has_directory(const struct sim *sim, const struct sim_system *system, struct path path)
{
    CHECK_HELD();
    const cJSON *item;
    path = without_slash(path);
    const struct sim_file *file = find(system, path);
    if (!path.length || program_directory_exists(path.text, path.length) || (file && file->kind == FILE_DIRECTORY))
        return true;
    cJSON_ArrayForEach (item, sim->scenario.files) {
        const char *own = document_text(item, FIELD_ScenarioFile_path);
        if (own && is_under(own, strlen(own), path))
            return true;
    }
    return false;
}

static bool has_folder(const struct sim *sim, const struct sim_system *system, struct path path)
{
    while (path.length && !is_slash(path.text[path.length - 1]))
        path.length--;
    return files_has_directory(sim, system, without_slash(path));
}

/* Returns the entry of a path, created if missing, or NULL when out of memory. */
static struct sim_file *enter(struct sim_system *system, struct path path, enum file_kind kind)
{
    struct sim_file *file = find(system, path);
    if (!file) {
        file = calloc(1, sizeof *file + path.length);
        if (!file)
            return NULL;
        memcpy(file->path, path.text, path.length);
        file->path_length = path.length;
        file->next = system->files;
        system->files = file;
    }
    file->kind = kind;
    free(file->bytes);
    file->bytes = NULL;
    file->length = 0;
    return file;
}

static bool append(struct sim_file *file, const char *bytes, size_t length)
{
    CHECK(file->kind == FILE_TEXT && file->length <= FILES_MAX_BYTES);
    size_t room = FILES_MAX_BYTES - file->length, taken = length < room ? length : room;
    char *larger = taken ? realloc(file->bytes, file->length + taken) : NULL;
    if (!larger)
        return !length;
    memcpy(larger + file->length, bytes, taken);
    file->bytes = larger;
    file->length += taken;
    return taken == length;
}

bool files_create(const struct sim *sim, struct sim_system *system, struct path path, bool keep)
{
    CHECK_HELD();
    size_t length;
    const char *text = keep ? files_read(sim, system, path, &length) : NULL;
    if (!path.length || !has_folder(sim, system, path) || files_has_directory(sim, system, path))
        return false;
    if (text && find(system, path))
        return true;
    struct sim_file *file = enter(system, path, FILE_TEXT);
    return file && (!text || append(file, text, length));
}

bool files_append(const struct sim *sim, struct sim_system *system, struct path path, const char *bytes, size_t length)
{
    CHECK_HELD();
    return files_create(sim, system, path, true) && append(find(system, path), bytes, length);
}

bool files_remove(const struct sim *sim, struct sim_system *system, struct path path)
{
    CHECK_HELD();
    size_t length;
    return files_read(sim, system, path, &length) && enter(system, path, FILE_REMOVED);
}

bool files_make_directory(const struct sim *sim, struct sim_system *system, struct path path)
{
    CHECK_HELD();
    size_t length;
    path = without_slash(path);
    return path.length && !files_read(sim, system, path, &length) && !files_has_directory(sim, system, path) &&
           has_folder(sim, system, path) && enter(system, path, FILE_DIRECTORY);
}

void files_free(struct sim_system *system)
{
    CHECK_HELD();
    while (system->files) {
        struct sim_file *file = system->files;
        system->files = file->next;
        free(file->bytes);
        free(file);
    }
}

/* Returns the first part of what a path has below the folder, with its length, or 0 if the path is not below it. */
static size_t part_below(const char *path, size_t length, struct path folder, const char **part)
{
    if (!is_under(path, length, folder))
        return 0;
    *part = path + folder.length + 1;
    size_t own = 0;
    while (*part + own < path + length && !is_slash((*part)[own]))
        own++;
    return own;
}

/* True if an earlier file of the scenario has the same part below the folder. */
static bool was_listed(const struct sim *sim, const cJSON *until, struct path folder, const char *part, size_t length)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, sim->scenario.files) {
        const char *own = document_text(item, FIELD_ScenarioFile_path), *other;
        if (item == until)
            return false;
        if (own && part_below(own, strlen(own), folder, &other) == length && program_same_path(other, part, length))
            return true;
    }
    return false;
}

void files_list(const struct sim *sim, const struct sim_system *system, struct path folder,
    void (*add)(void *context, struct path name, bool is_folder, size_t size), void *context)
{
    CHECK_HELD();
    const cJSON *item;
    const char *part;
    size_t length;
    while (folder.length && is_slash(folder.text[folder.length - 1]))
        folder.length--;
    cJSON_ArrayForEach (item, sim->scenario.files) {
        const char *own = document_text(item, FIELD_ScenarioFile_path);
        size_t size = own ? strlen(own) : 0;
        length = own ? part_below(own, size, folder, &part) : 0;
        bool is_folder = length && part + length < own + size;
        if (length && (is_folder || !find(system, (struct path){own, size})) &&
            !was_listed(sim, item, folder, part, length))
            add(context, (struct path){part, length}, is_folder,
                is_folder || !document_text(item, FIELD_ScenarioFile_text)
                    ? 0
                    : strlen(document_text(item, FIELD_ScenarioFile_text)));
    }
    for (const struct sim_file *file = system->files; file; file = file->next) {
        length = part_below(file->path, file->path_length, folder, &part);
        if (length && part + length == file->path + file->path_length && file->kind != FILE_REMOVED)
            add(context, (struct path){part, length}, file->kind == FILE_DIRECTORY, file->length);
    }
}
