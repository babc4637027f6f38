/* Files that a client names. Entry points: those of client_file.h. */
#include "platform/client_file.h"
#include <stdbool.h>
#include <stdlib.h>
#include <windows.h>

enum { SHARE_ALL = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE };

static enum client_file_status status_of(DWORD error)
{
    switch (error) {
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
        return CLIENT_FILE_THERE;
    case ERROR_FILE_NOT_FOUND:
        return CLIENT_FILE_MISSING;
    case ERROR_PATH_NOT_FOUND:
    case ERROR_BAD_PATHNAME:
    case ERROR_INVALID_NAME:
    case ERROR_INVALID_DRIVE:
        return CLIENT_FILE_NO_FOLDER;
    case ERROR_ACCESS_DENIED:
    case ERROR_WRITE_PROTECT:
        return CLIENT_FILE_REFUSED;
    case ERROR_FILENAME_EXCED_RANGE:
        return CLIENT_FILE_LONG;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
        return CLIENT_FILE_FULL;
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
        return CLIENT_FILE_BUSY;
    default:
        return CLIENT_FILE_FAILED;
    }
}

/* The path as the system has it, from malloc; NULL: out of memory. */
static WCHAR *wide(const char *path)
{
    int length = MultiByteToWideChar(CP_UTF8, 0, path, -1, NULL, 0);
    WCHAR *copy = length > 0 ? malloc((size_t)length * sizeof *copy) : NULL;
    if (copy)
        MultiByteToWideChar(CP_UTF8, 0, path, -1, copy, length);
    return copy;
}

/* Returns INVALID_HANDLE_VALUE after setting *status. */
static HANDLE open_file(const char *path, DWORD access, DWORD share, DWORD how, enum client_file_status *status)
{
    WCHAR *name = wide(path);
    HANDLE file =
        name ? CreateFileW(name, access, share, NULL, how, FILE_FLAG_BACKUP_SEMANTICS, NULL) : INVALID_HANDLE_VALUE;
    *status = file != INVALID_HANDLE_VALUE ? CLIENT_FILE_GOOD : name ? status_of(GetLastError()) : CLIENT_FILE_FAILED;
    free(name);
    return file;
}

enum client_file_status client_file_create(const char *path, const void *bytes, size_t length)
{
    enum client_file_status status;
    DWORD written = 0;
    HANDLE file = open_file(path, GENERIC_WRITE | DELETE, 0, CREATE_NEW, &status);
    if (file == INVALID_HANDLE_VALUE)
        return status;
    if (!WriteFile(file, bytes, (DWORD)length, &written, NULL) || written != length) {
        FILE_DISPOSITION_INFO removed = {TRUE};
        status = status_of(GetLastError());
        (void)SetFileInformationByHandle(
            file, FileDispositionInfo, &removed, sizeof removed); /* all that can be done */
    }
    CloseHandle(file);
    return status;
}

enum client_file_status client_file_owned(const char *path)
{
    enum client_file_status status;
    HANDLE file = open_file(path, WRITE_DAC, SHARE_ALL, OPEN_EXISTING, &status);
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    return status;
}

static enum client_file_status read_open(HANDLE file, char *buffer, size_t size, size_t *length)
{
    BY_HANDLE_FILE_INFORMATION found;
    DWORD got = 1;
    if (GetFileType(file) != FILE_TYPE_DISK || !GetFileInformationByHandle(file, &found))
        return CLIENT_FILE_STRANGE;
    if (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
        return CLIENT_FILE_REFUSED;
    if (found.nFileSizeHigh || found.nFileSizeLow > size)
        return CLIENT_FILE_STRANGE;
    for (*length = 0; got && *length < size; *length += got)
        if (!ReadFile(file, buffer + *length, (DWORD)(size - *length), &got, NULL))
            return status_of(GetLastError());
    return CLIENT_FILE_GOOD;
}

enum client_file_status client_file_read(const char *path, void *buffer, size_t size, size_t *length)
{
    enum client_file_status status;
    HANDLE file = open_file(path, GENERIC_READ, SHARE_ALL, OPEN_EXISTING, &status);
    if (file == INVALID_HANDLE_VALUE)
        return status;
    status = read_open(file, buffer, size, length);
    CloseHandle(file);
    return status;
}
