/* Files that are written whole. Entry points: draft_create(), file_draft_finish().
   A draft is open without sharing for as long as its process lives: it can't be deleted, a leftover can. */
#define _CRT_RAND_S
#include "platform/draft.h"
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum { PATH_BYTES = 4096, TRIES = 8, CHUNK = 1 << 20 };

struct file_draft {
    char path[PATH_BYTES], draft[PATH_BYTES];
    HANDLE file;
    bool in_place, standard_output, replaces;
};

static enum file_status status_of(DWORD error)
{
    switch (error) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
        return FILE_NO_FOLDER;
    case ERROR_FILE_EXISTS:
        return FILE_THERE;
    case ERROR_ACCESS_DENIED:
    case ERROR_WRITE_PROTECT:
        return FILE_REFUSED;
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
        return FILE_BUSY;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
        return FILE_FULL;
    case ERROR_NOT_ENOUGH_MEMORY:
        return FILE_NO_MEMORY;
    default:
        return FILE_FAILED;
    }
}

/* Links are followed: the path becomes that of the file itself. */
enum file_status draft_resolve(struct file_draft *draft, const char *path)
{
    if (!*path || strlen(path) >= sizeof draft->path)
        return FILE_NO_FOLDER;
    memcpy(draft->path, path, strlen(path) + 1);
    draft->in_place = draft->standard_output = !strcmp(draft->path, "-");
    if (draft->standard_output)
        return FILE_GOOD;
    DWORD attributes = GetFileAttributesA(draft->path);
    if (attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY)
        return FILE_DIRECTORY;
    if (attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_READONLY)
        return FILE_PROTECTED;
    HANDLE file = CreateFileA(draft->path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
        OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return GetLastError() == ERROR_FILE_NOT_FOUND ? FILE_GOOD : status_of(GetLastError());
    draft->in_place = GetFileType(file) != FILE_TYPE_DISK;
    draft->replaces = !draft->in_place;
    char whole[PATH_BYTES];
    DWORD length = draft->replaces ? GetFinalPathNameByHandleA(file, whole, sizeof whole, 0) : 0;
    if (length && length < sizeof whole)
        memcpy(draft->path, whole, length + 1);
    CloseHandle(file);
    return FILE_GOOD;
}

/* FOLDER\.NAME.middle.new */
static bool draft_name(const struct file_draft *draft, const char *middle, char name[PATH_BYTES])
{
    const char *slash = strrchr(draft->path, '\\'), *other = strrchr(draft->path, '/');
    const char *last = !slash || other > slash ? other : slash;
    const char *base = last ? last + 1 : draft->path;
    return *base && snprintf(name, PATH_BYTES, "%.*s.%s.%s.new", (int)(base - draft->path), draft->path, base, middle) <
                        PATH_BYTES;
}

enum file_status draft_create(struct file_draft *draft)
{
    for (int i = 0; i < TRIES; i++) {
        unsigned random[2];
        char hex[20];
        if (rand_s(&random[0]) || rand_s(&random[1]))
            return FILE_FAILED;
        snprintf(hex, sizeof hex, "%08x%08x", random[0], random[1]);
        if (!draft_name(draft, hex, draft->draft))
            return FILE_FAILED;
        draft->file = CreateFileA(draft->draft, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
        if (draft->file != INVALID_HANDLE_VALUE)
            return FILE_GOOD;
        if (GetLastError() != ERROR_FILE_EXISTS)
            return status_of(GetLastError());
    }
    return FILE_FAILED;
}

enum file_status draft_meet_others(const struct file_draft *draft)
{
    char pattern[PATH_BYTES], other[PATH_BYTES];
    WIN32_FIND_DATAA found;
    const char *slash = strrchr(draft->draft, '\\'), *forward = strrchr(draft->draft, '/');
    const char *last = !slash || forward > slash ? forward : slash, *own = last ? last + 1 : draft->draft;
    enum file_status status = FILE_GOOD;
    if (!draft_name(draft, "????????????????", pattern))
        return FILE_FAILED;
    HANDLE search = FindFirstFileA(pattern, &found);
    if (search == INVALID_HANDLE_VALUE)
        return FILE_GOOD;
    do {
        snprintf(other, sizeof other, "%.*s%s", (int)(own - draft->draft), draft->draft, found.cFileName);
        if (_stricmp(found.cFileName, own) != 0 && !DeleteFileA(other) && GetLastError() == ERROR_SHARING_VIOLATION)
            status = FILE_BUSY;
    } while (status == FILE_GOOD && FindNextFileA(search, &found));
    FindClose(search);
    return status;
}

struct file_draft *draft_new(void)
{
    struct file_draft *draft = calloc(1, sizeof *draft);
    if (draft)
        draft->file = INVALID_HANDLE_VALUE;
    return draft;
}

bool file_draft_in_place(const struct file_draft *draft)
{
    return draft->in_place;
}

static enum file_status write_all(HANDLE file, const char *bytes, size_t length)
{
    while (length) {
        DWORD written, part = length < CHUNK ? (DWORD)length : CHUNK;
        if (!WriteFile(file, bytes, part, &written, NULL))
            return status_of(GetLastError());
        bytes += written;
        length -= written;
    }
    return FILE_GOOD;
}

/* ReplaceFile keeps attributes and access control lists. */
static enum file_status put_in_place(struct file_draft *draft)
{
    bool flushed = FlushFileBuffers(draft->file);
    enum file_status status = flushed ? FILE_GOOD : status_of(GetLastError());
    CloseHandle(draft->file);
    draft->file = INVALID_HANDLE_VALUE;
    bool placed = flushed && (draft->replaces ? ReplaceFileA(draft->path, draft->draft, NULL, 0, NULL, NULL)
                                              : MoveFileExA(draft->draft, draft->path, MOVEFILE_WRITE_THROUGH));
    if (flushed && !placed)
        status = status_of(GetLastError());
    if (placed)
        *draft->draft = 0;
    return status;
}

enum file_status file_draft_finish(struct file_draft *draft, const void *bytes, size_t length)
{
    HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
    if (draft->standard_output)
        return write_all(output, bytes, length);
    if (draft->in_place)
        draft->file =
            CreateFileA(draft->path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    if (draft->file == INVALID_HANDLE_VALUE)
        return status_of(GetLastError());
    enum file_status status = write_all(draft->file, bytes, length);
    return status == FILE_GOOD && !draft->in_place ? put_in_place(draft) : status;
}

void file_draft_end(struct file_draft *draft)
{
    if (!draft)
        return;
    if (draft->file != INVALID_HANDLE_VALUE)
        CloseHandle(draft->file);
    if (*draft->draft)
        DeleteFileA(draft->draft);
    free(draft);
}

/* --- line by line --- */

/* Returns a FILE that owns the handle. NULL: out of memory or file numbers; the handle is closed. */
static FILE *file_of(HANDLE opened, int flags, const char *mode)
{
    int number = _open_osfhandle((intptr_t)opened, flags);
    FILE *file = number < 0 ? NULL : _fdopen(number, mode);
    if (!file && number < 0)
        CloseHandle(opened);
    else if (!file)
        _close(number);
    return file;
}

enum file_status file_lines_open(const char *path, bool resume, FILE **file)
{
    HANDLE opened = CreateFileA(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
        resume ? OPEN_EXISTING : CREATE_NEW, FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (opened == INVALID_HANDLE_VALUE)
        return status_of(GetLastError());
    bool regular = GetFileType(opened) == FILE_TYPE_DISK;
    if (!regular)
        CloseHandle(opened);
    *file = regular ? file_of(opened, _O_APPEND, "ab") : NULL;
    return *file ? FILE_GOOD : FILE_REFUSED;
}

static HANDLE open_stream(const struct file_draft *draft)
{
    HANDLE opened = INVALID_HANDLE_VALUE, self = GetCurrentProcess();
    if (draft->standard_output)
        return DuplicateHandle(self, GetStdHandle(STD_OUTPUT_HANDLE), self, &opened, 0, FALSE, DUPLICATE_SAME_ACCESS)
                   ? opened
                   : INVALID_HANDLE_VALUE;
    DWORD others = draft->in_place ? FILE_SHARE_READ | FILE_SHARE_WRITE : FILE_SHARE_READ | FILE_SHARE_DELETE;
    return CreateFileA(
        draft->path, GENERIC_WRITE, others, NULL, draft->in_place ? OPEN_EXISTING : OPEN_ALWAYS, 0, NULL);
}

enum file_status file_stream_open(const char *path, FILE **file)
{
    struct file_draft draft = {.file = INVALID_HANDLE_VALUE};
    enum file_status status = draft_resolve(&draft, path);
    if (status != FILE_GOOD)
        return status;
    HANDLE opened = open_stream(&draft);
    if (opened == INVALID_HANDLE_VALUE)
        return status_of(GetLastError());
    if (!draft.in_place && !SetEndOfFile(opened)) {
        status = status_of(GetLastError());
        CloseHandle(opened);
        return status;
    }
    *file = file_of(opened, 0, "wb");
    return *file ? FILE_GOOD : FILE_NO_MEMORY;
}

static enum file_status status_of_stream(bool good)
{
    return good ? FILE_GOOD : errno == ENOSPC ? FILE_FULL : FILE_FAILED;
}

/* Not looked at: programs on Windows hardly ever close descriptors that they have not opened. */
bool file_identify(FILE *stream, struct file_identity *identity)
{
    (void)stream;
    *identity = (struct file_identity){0, 0};
    return true;
}

bool file_is_still(FILE *stream, const struct file_identity *identity)
{
    (void)stream;
    (void)identity;
    return true;
}

enum file_status file_stream_again(const char *path, const struct file_identity *identity, FILE **file)
{
    (void)path;
    (void)identity;
    (void)file;
    return FILE_FAILED;
}

enum file_status file_line_write(FILE *file, const char *line, size_t length)
{
    return status_of_stream(fwrite(line, 1, length, file) == length && fputc('\n', file) != EOF && !fflush(file));
}

enum file_status file_stream_close(FILE *file)
{
    return status_of_stream(!fclose(file));
}

/* --- folders --- */

enum file_status file_folder_check(const char *path)
{
    struct file_draft *draft;
    DWORD attributes = GetFileAttributesA(path);
    if (attributes != INVALID_FILE_ATTRIBUTES)
        return attributes & FILE_ATTRIBUTE_DIRECTORY ? FILE_GOOD : FILE_NO_DIRECTORY;
    enum file_status status = file_draft_begin(path, &draft); /* the folder above it takes a file of this name */
    if (status == FILE_GOOD)
        file_draft_end(draft);
    return status;
}

enum file_status file_folder_make(const char *path)
{
    return CreateDirectoryA(path, NULL) || GetLastError() == ERROR_ALREADY_EXISTS ? file_folder_check(path)
                                                                                  : status_of(GetLastError());
}

bool file_full_path(const char *path, char *full, size_t size)
{
    char *name;
    DWORD length = GetFullPathNameA(path, (DWORD)size, full, &name);
    if (!length || length >= size || !name)
        return false;
    char first = *name; /* what is before it is the folder */
    *name = 0;
    bool there = GetFileAttributesA(full) != INVALID_FILE_ATTRIBUTES;
    *name = first;
    return there;
}

static bool look_at(const char *path, BY_HANDLE_FILE_INFORMATION *found)
{
    HANDLE file = CreateFileA(path, FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
        OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    bool known = file != INVALID_HANDLE_VALUE && GetFileInformationByHandle(file, found);
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    return known;
}

bool file_is_same(const char *one, const char *other)
{
    BY_HANDLE_FILE_INFORMATION of_one, of_other;
    return look_at(one, &of_one) && look_at(other, &of_other) &&
           of_one.dwVolumeSerialNumber == of_other.dwVolumeSerialNumber &&
           of_one.nFileIndexHigh == of_other.nFileIndexHigh && of_one.nFileIndexLow == of_other.nFileIndexLow;
}
