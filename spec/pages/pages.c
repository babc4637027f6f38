/* The pages of a checkout. Entry point: pages_open(). */
#include "page.h"
#include "base/allocate.h"
#include "base/text/utf8.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { DEEPEST = 8, PATH_BYTES = 4096, MAX_BYTES = 16 << 20 };

/* Returns the text of a page, which the caller frees, or NULL: it can't be read, or is not UTF-8 without zeros. */
static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long size = file && !fseek(file, 0, SEEK_END) ? ftell(file) : -1;
    if (size >= 0 && size <= MAX_BYTES && !fseek(file, 0, SEEK_SET)) {
        text = allocate((size_t)size + 1);
        size_t length = fread(text, 1, (size_t)size, file);
        text[length] = 0;
        if (strlen(text) < length || utf8_invalid(text, length)) {
            free(text);
            text = NULL;
        }
    }
    if (file)
        fclose(file);
    return text;
}

static bool add_page(struct page_set *set, const char *path, const char *shown)
{
    char *text = read_text(path);
    if (!text)
        return false;
    set->pages = reallocate(set->pages, (set->count + 1) * sizeof *set->pages);
    page_read(&set->pages[set->count++], shown, text);
    free(text);
    return true;
}

static bool is_page(const char *name)
{
    size_t length = strlen(name);
    return length > 3 && !strcasecmp(name + length - 3, ".md");
}

/* Adds the pages of a folder. Returns false, with the path in failed, if one can't be read. root_length: the length of
   the part of each path that messages leave out. */
static bool add_folder(struct page_set *set, const char *folder, size_t root_length, int depth, char *failed)
{
    DIR *directory = depth < DEEPEST ? opendir(folder) : NULL;
    bool ok = true;
    if (!directory)
        return depth > 0; /* deeper folders do not belong to the reference */
    for (struct dirent *entry; ok && (entry = readdir(directory));) {
        char path[PATH_BYTES];
        struct stat status;
        int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] == '.' || length >= PATH_BYTES || stat(path, &status))
            continue;
        if (S_ISDIR(status.st_mode))
            ok = add_folder(set, path, root_length, depth + 1, failed);
        else if (is_page(entry->d_name) && !(ok = add_page(set, path, path + root_length)))
            snprintf(failed, PATH_BYTES, "%s", path);
    }
    closedir(directory);
    return ok;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct page *)a)->path, ((const struct page *)b)->path);
}

bool pages_open(struct page_set *set, const char *folder, char *error, size_t size)
{
    char inside[PATH_BYTES], failed[PATH_BYTES] = "";
    struct stat status;
    *set = (struct page_set){NULL, 0};
    snprintf(inside, sizeof inside, "%s/virtualization/api/hcs", folder);
    const char *start = stat(inside, &status) == 0 ? inside : folder;
    bool ok = add_folder(set, start, strlen(folder) + 1, 0, failed);
    if (set->count)
        qsort(set->pages, set->count, sizeof *set->pages, by_path);
    if (ok && set->count)
        return true;
    if (*failed)
        snprintf(error, size, "%.400s can't be read, or is not UTF-8", failed);
    else
        snprintf(error, size, "%.400s has no page of the documentation", folder);
    pages_close(set);
    return false;
}

void pages_close(struct page_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        page_free(&set->pages[i]);
    free(set->pages);
    *set = (struct page_set){NULL, 0};
}

const struct page *pages_find(const struct page_set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (!strcasecmp(set->pages[i].name, name))
            return &set->pages[i];
    return NULL;
}
