/* Role: files that a client of the library names, on the disks of its own machine, with its own rights. Paths are
   UTF-8, links are followed. Callers: core/client_file.c. Threads: no state; any thread. Nothing stays open. */
#ifndef PLATFORM_CLIENT_FILE_H
#define PLATFORM_CLIENT_FILE_H

#include <stddef.h>

enum client_file_status {
    CLIENT_FILE_GOOD,
    CLIENT_FILE_THERE,     /* something has that name already */
    CLIENT_FILE_MISSING,   /* its folder has no file of that name */
    CLIENT_FILE_NO_FOLDER, /* the folder does not exist */
    CLIENT_FILE_REFUSED,   /* the user has no right to do that, or it is a folder */
    CLIENT_FILE_LONG,      /* the path is longer than paths may be */
    CLIENT_FILE_FULL,      /* the disk is full */
    CLIENT_FILE_BUSY,      /* another program keeps it for itself */
    CLIENT_FILE_STRANGE,   /* neither a file nor a folder, or larger than the buffer */
    CLIENT_FILE_FAILED
};

/* Creates a file with these bytes, which only this user may read. Nothing is left after a failure. */
enum client_file_status client_file_create(const char *path, const void *bytes, size_t length);
/* CLIENT_FILE_GOOD: the file or folder exists, and the user may change who may open it. */
enum client_file_status client_file_owned(const char *path);
/* Reads a whole file of at most size bytes. */
enum client_file_status client_file_read(const char *path, void *buffer, size_t size, size_t *length);

#endif
