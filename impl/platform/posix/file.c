/* Files that are written whole. Entry points: draft_create(), file_draft_finish().
   A draft is locked
   for as long as its process lives, so that other processes can tell it from a leftover. */
#include "platform/draft.h"
#include "quiet.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS = 40, HEX_DIGITS = 16, SHOWN_NAME = 200, TRIES = 8, FIRST_DESCRIPTOR = 3 };
static const char ending[] = ".new";

struct file_draft {
    char path[PATH_MAX]; /* with links resolved, unless written in place */
    char name[NAME_MAX + 1], draft[NAME_MAX + 1];
    int folder, file; /* negative: not open */
    bool in_place, standard_output, replaces;
    struct stat before; /* with replaces: the existing file */
};

static enum file_status status_of(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return FILE_NO_FOLDER;
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
        return FILE_REFUSED;
    case ENOSPC:
    case EDQUOT:
        return FILE_FULL;
    case EEXIST:
        return FILE_THERE;
    case EISDIR:
        return FILE_DIRECTORY;
    case ENOMEM:
        return FILE_NO_MEMORY;
    default:
        return FILE_FAILED;
    }
}

/* Moves a descriptor above those of the standard streams, which the caller may have closed. */
static int above_standard(int file)
{
    if (file < 0 || file >= FIRST_DESCRIPTOR)
        return file;
    int higher = fcntl(file, F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR);
    close(file);
    return higher;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* --- where it goes --- */

/* The same rule as the kernel's protection of links (fs.protected_symlinks). */
static bool is_foreign_link(const struct stat *folder, const struct stat *link)
{
    bool open_to_all = (folder->st_mode & (S_ISVTX | S_IWOTH)) == (S_ISVTX | S_IWOTH);
    return open_to_all && link->st_uid != geteuid() && link->st_uid != folder->st_uid;
}

/* Opens the folder of draft->path and stores the name in it. */
static enum file_status open_folder(struct file_draft *draft)
{
    const char *slash = strrchr(draft->path, '/'), *name = slash ? slash + 1 : draft->path;
    char folder[PATH_MAX];
    if (!*name)
        return FILE_DIRECTORY;
    if (strlen(name) > NAME_MAX)
        return FILE_FAILED;
    snprintf(draft->name, sizeof draft->name, "%s", name);
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - draft->path) + 1 : 1, slash ? draft->path : ".");
    if (draft->folder >= 0)
        close(draft->folder);
    draft->folder = above_standard(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return draft->folder < 0 ? status_of(errno) : FILE_GOOD;
}

/* Replaces the path by the link's target. */
static enum file_status follow(struct file_draft *draft, const struct stat *link)
{
    struct stat folder;
    char text[PATH_MAX], whole[2 * PATH_MAX];
    if (fstat(draft->folder, &folder))
        return FILE_FAILED;
    if (is_foreign_link(&folder, link))
        return FILE_FOREIGN_LINK;
    ssize_t length = readlinkat(draft->folder, draft->name, text, sizeof text - 1);
    if (length <= 0)
        return FILE_FAILED;
    text[length] = 0;
    const char *slash = strrchr(draft->path, '/');
    int before = *text == '/' || !slash ? 0 : (int)(slash - draft->path) + 1;
    int bytes = snprintf(whole, sizeof whole, "%.*s%s", before, draft->path, text);
    if (bytes >= PATH_MAX)
        return FILE_FAILED;
    memcpy(draft->path, whole, (size_t)bytes + 1);
    return FILE_GOOD;
}

static enum file_status check_regular(struct file_draft *draft)
{
    draft->replaces = true;
    if (!(draft->before.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)))
        return FILE_PROTECTED;
    return faccessat(draft->folder, draft->name, W_OK, AT_EACCESS) ? status_of(errno) : FILE_GOOD;
}

enum file_status draft_resolve(struct file_draft *draft, const char *path)
{
    struct stat end, output;
    if (!*path || strlen(path) >= sizeof draft->path)
        return FILE_NO_FOLDER;
    memcpy(draft->path, path, strlen(path) + 1);
    bool there = !stat(draft->path, &end);
    bool is_output = !fstat(STDOUT_FILENO, &output);
    draft->standard_output = !strcmp(draft->path, "-") || (there && is_output && same_file(&end, &output));
    draft->in_place = draft->standard_output || (there && !S_ISREG(end.st_mode) && !S_ISDIR(end.st_mode));
    if (draft->in_place)
        return FILE_GOOD;
    for (int i = 0; i < LINKS; i++) {
        enum file_status status = open_folder(draft);
        if (status != FILE_GOOD)
            return status;
        if (fstatat(draft->folder, draft->name, &draft->before, AT_SYMLINK_NOFOLLOW))
            return errno == ENOENT ? FILE_GOOD : status_of(errno);
        if (S_ISREG(draft->before.st_mode))
            return check_regular(draft);
        if (!S_ISLNK(draft->before.st_mode))
            return S_ISDIR(draft->before.st_mode) ? FILE_DIRECTORY : FILE_REFUSED;
        status = follow(draft, &draft->before);
        if (status != FILE_GOOD)
            return status;
    }
    return FILE_REFUSED;
}

/* --- the draft --- */

/* .NAME. and 16 hexadecimal digits and .new */
static bool is_draft_of(const char *entry, const char *name)
{
    char start[NAME_MAX + 3];
    size_t length = (size_t)snprintf(start, sizeof start, ".%.*s.", SHOWN_NAME, name);
    return !strncmp(entry, start, length) && strspn(entry + length, "0123456789abcdef") == HEX_DIGITS &&
           !strcmp(entry + length + HEX_DIGITS, ending);
}

/* Locks a draft; true if it is locked now and still has its name. */
static bool claim(int file)
{
    struct stat found;
    return (!flock(file, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK) && !fstat(file, &found) && found.st_nlink == 1;
}

enum file_status draft_create(struct file_draft *draft)
{
    mode_t mode = draft->replaces ? S_IRUSR | S_IWUSR : S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;
    for (int i = 0; i < TRIES; i++) {
        unsigned long long random;
        if (getrandom(&random, sizeof random, 0) != sizeof random)
            return FILE_FAILED;
        snprintf(draft->draft, sizeof draft->draft, ".%.*s.%016llx%s", SHOWN_NAME, draft->name, random, ending);
        draft->file = above_standard(
            openat(draft->folder, draft->draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
        if (draft->file < 0 && errno != EEXIST)
            return status_of(errno);
        if (draft->file >= 0 && claim(draft->file))
            return FILE_GOOD;
        if (draft->file >= 0) /* taken for a leftover before it was locked */
            close(draft->file);
        draft->file = -1;
    }
    return FILE_FAILED;
}

/* Another draft of the same file: in use, or a leftover, which is removed. */
static enum file_status check_other(const struct file_draft *draft, const char *entry)
{
    struct stat found;
    int file = above_standard(openat(draft->folder, entry, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    enum file_status status = FILE_GOOD;
    if (file < 0)
        return FILE_GOOD;
    if (fstat(file, &found) || !S_ISREG(found.st_mode) || found.st_uid != geteuid())
        status = FILE_GOOD;
    else if (flock(file, LOCK_EX | LOCK_NB))
        status = errno == EWOULDBLOCK ? FILE_BUSY : FILE_GOOD;
    else
        (void)unlinkat(draft->folder, entry, 0); /* a leftover that can't be removed does no harm */
    close(file);
    return status;
}

enum file_status draft_meet_others(const struct file_draft *draft)
{
    int copy = fcntl(draft->folder, F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR);
    DIR *folder = copy < 0 ? NULL : fdopendir(copy);
    enum file_status status = FILE_GOOD;
    if (!folder) {
        if (copy >= 0)
            close(copy);
        return FILE_GOOD; /* the folder is writable but not readable: other drafts can't be found */
    }
    for (struct dirent *entry; status == FILE_GOOD && (entry = readdir(folder));)
        if (is_draft_of(entry->d_name, draft->name) && strcmp(entry->d_name, draft->draft) != 0)
            status = check_other(draft, entry->d_name);
    closedir(folder);
    return status;
}

struct file_draft *draft_new(void)
{
    struct file_draft *draft = calloc(1, sizeof *draft);
    if (draft)
        draft->folder = draft->file = -1;
    return draft;
}

bool file_draft_in_place(const struct file_draft *draft)
{
    return draft->in_place;
}

/* --- writing --- */

static enum file_status write_all(int file, const char *bytes, size_t length)
{
    while (length) {
        ssize_t written = write(file, bytes, length);
        if (written < 0 && errno != EINTR)
            return status_of(errno);
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return FILE_GOOD;
}

/* Does not truncate: what was a device a moment ago may be a file now. */
static enum file_status open_in_place(struct file_draft *draft)
{
    struct stat found;
    draft->file = draft->standard_output ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR)
                                         : above_standard(open(draft->path, O_WRONLY | O_NOCTTY | O_CLOEXEC));
    if (draft->file < 0)
        return status_of(errno);
    return !draft->standard_output && (fstat(draft->file, &found) || S_ISREG(found.st_mode)) ? FILE_FAILED : FILE_GOOD;
}

/* Keeps the owner if this process may set it, and the mode. */
static bool keep_owner_and_mode(const struct file_draft *draft)
{
    const struct stat *before = &draft->before;
    if (!draft->replaces)
        return true;
    if ((before->st_uid != geteuid() || before->st_gid != getegid()) &&
        fchown(draft->file, before->st_uid, before->st_gid))
        return !fchmod(
            draft->file, before->st_mode & 0777); /* without set-id bits, since the owner could not be kept */
    return !fchmod(draft->file, before->st_mode & 07777);
}

static enum file_status put_in_place(struct file_draft *draft)
{
    struct stat found;
    if (!fstatat(draft->folder, draft->name, &found, AT_SYMLINK_NOFOLLOW) && !S_ISREG(found.st_mode))
        return FILE_FAILED;
    if (!keep_owner_and_mode(draft) || fsync(draft->file) ||
        renameat(draft->folder, draft->draft, draft->folder, draft->name))
        return status_of(errno);
    *draft->draft = 0;
    (void)fsync(draft->folder); /* not every file system does that for folders */
    return FILE_GOOD;
}

enum file_status file_draft_finish(struct file_draft *draft, const void *bytes, size_t length)
{
    enum file_status status = draft->in_place ? open_in_place(draft) : FILE_GOOD;
    if (status == FILE_GOOD)
        status = write_all(draft->file, bytes, length);
    if (status == FILE_GOOD && !draft->in_place)
        status = put_in_place(draft);
    return status;
}

void file_draft_end(struct file_draft *draft)
{
    if (!draft)
        return;
    if (*draft->draft && draft->file >= 0)
        (void)unlinkat(draft->folder, draft->draft, 0);
    if (draft->file >= 0)
        close(draft->file);
    if (draft->folder >= 0)
        close(draft->folder);
    free(draft);
}

/* --- line by line --- */

enum file_status file_lines_open(const char *path, bool resume, FILE **file)
{
    struct stat found;
    int flags = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_APPEND | (resume ? 0 : O_CREAT | O_EXCL);
    int opened = above_standard(open(path, flags, 0666));
    if (opened < 0)
        return status_of(errno);
    *file = fstat(opened, &found) || !S_ISREG(found.st_mode) ? NULL : fdopen(opened, "a");
    if (*file)
        return FILE_GOOD;
    close(opened);
    return FILE_REFUSED;
}

/* Truncates only after locking: a process that holds the lock is writing it. */
static enum file_status open_regular(struct file_draft *draft)
{
    struct stat found;
    draft->file = above_standard(
        openat(draft->folder, draft->name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666));
    if (draft->file < 0)
        return status_of(errno);
    if (fstat(draft->file, &found) || !S_ISREG(found.st_mode))
        return FILE_FAILED;
    if (flock(draft->file, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
        return FILE_BUSY;
    return ftruncate(draft->file, 0) ? status_of(errno) : FILE_GOOD;
}

enum file_status file_stream_open(const char *path, FILE **file)
{
    struct file_draft draft = {.folder = -1, .file = -1};
    enum file_status status = draft_resolve(&draft, path);
    if (status == FILE_GOOD)
        status = draft.in_place ? open_in_place(&draft) : open_regular(&draft);
    if (status == FILE_GOOD && !(*file = fdopen(draft.file, "w")))
        status = FILE_NO_MEMORY;
    if (status != FILE_GOOD && draft.file >= 0)
        close(draft.file);
    if (draft.folder >= 0)
        close(draft.folder);
    return status;
}

bool file_identify(FILE *stream, struct file_identity *identity)
{
    struct stat found;
    if (fstat(fileno(stream), &found))
        return false;
    *identity = (struct file_identity){(uint64_t)found.st_dev, (uint64_t)found.st_ino};
    return true;
}

bool file_is_still(FILE *stream, const struct file_identity *identity)
{
    struct file_identity found;
    return file_identify(stream, &found) && found.device == identity->device && found.number == identity->number;
}

enum file_status file_stream_again(const char *path, const struct file_identity *identity, FILE **file)
{
    int flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    int opened = above_standard(open(path, flags));
    FILE *again = opened < 0 ? NULL : fdopen(opened, "a");
    if (opened >= 0 && !again)
        close(opened);
    if (!again || !file_is_still(again, identity)) {
        if (again)
            fclose(again);
        return FILE_MOVED;
    }
    if (flock(opened, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) { /* the first lock went with its descriptor */
        fclose(again);
        return FILE_BUSY;
    }
    *file = again;
    return FILE_GOOD;
}

enum file_status file_line_write(FILE *file, const char *line, size_t length)
{
    struct quiet quiet;
    quiet_begin(&quiet);
    bool good = fwrite(line, 1, length, file) == length && fputc('\n', file) != EOF && !fflush(file);
    int error = errno;
    quiet_end(&quiet, !good);
    return good ? FILE_GOOD : status_of(error);
}

enum file_status file_stream_close(FILE *file)
{
    struct quiet quiet;
    quiet_begin(&quiet);
    bool good = !fclose(file);
    int error = errno;
    quiet_end(&quiet, !good);
    return good ? FILE_GOOD : status_of(error);
}

/* --- folders --- */

enum file_status file_folder_check(const char *path)
{
    struct stat found;
    struct file_draft *draft;
    if (!stat(path, &found))
        return !S_ISDIR(found.st_mode) ? FILE_NO_DIRECTORY : access(path, W_OK | X_OK) ? status_of(errno) : FILE_GOOD;
    enum file_status status = file_draft_begin(path, &draft); /* the folder above it takes a file of this name */
    if (status == FILE_GOOD)
        file_draft_end(draft);
    return status;
}

enum file_status file_folder_make(const char *path)
{
    return mkdir(path, S_IRWXU | S_IRWXG | S_IRWXO) && errno != EEXIST ? status_of(errno) : file_folder_check(path);
}

bool file_full_path(const char *path, char *full, size_t size)
{
    char folder[PATH_MAX], resolved[PATH_MAX];
    if (realpath(path, resolved))
        return snprintf(full, size, "%s", resolved) < (int)size;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (errno != ENOENT || !*name)
        return false;
    int length = snprintf(folder, sizeof folder, "%.*s", slash ? (int)(name - path) : 1, slash ? path : ".");
    return length < (int)sizeof folder && realpath(folder, resolved) &&
           snprintf(full, size, "%s/%s", strcmp(resolved, "/") ? resolved : "", name) < (int)size;
}

bool file_is_same(const char *one, const char *other)
{
    struct stat of_one, of_other;
    return !stat(one, &of_one) && !stat(other, &of_other) && same_file(&of_one, &of_other);
}
