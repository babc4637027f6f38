/* The base image. Entry point: base_make(). */
#include "base.h"
#include "tree.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSYBOX "/bin/busybox"
#define NEW "base.new"

enum { LINE_BYTES = 128, MOST_HEADERS = 64 };

static const struct {
    const char *name;
    mode_t mode;
} folders[] = {{"bin", 0755}, {"dev", 0755}, {"etc", 0755}, {"home", 0755}, {"mnt", 0755}, {"proc", 0755},
    {"root", 0700}, {"run", 0755}, {"sys", 0755}, {"tmp", 01777}, {"usr", 0755}, {"var", 0755}, {"var/tmp", 01777}};

static const struct {
    const char *name, *target;
} links[] = {{"sbin", "bin"}, {"usr/bin", "../bin"}, {"usr/sbin", "../bin"}, {"var/run", "../run"}};

static const struct {
    const char *name, *text;
} files[] = {{"etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n"},
    {"etc/group", "root:x:0:\nnogroup:x:65534:\n"}, {"etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"}};

/* The image has no loader, so busybox must be linked statically. */
static bool is_static(int program)
{
    Elf64_Ehdr head;
    if (pread(program, &head, sizeof head, 0) != sizeof head || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
        head.e_phnum > MOST_HEADERS)
        return false;
    for (unsigned i = 0; i < head.e_phnum; i++) {
        Elf64_Phdr part;
        off_t place = (off_t)(head.e_phoff + i * sizeof part);
        if (pread(program, &part, sizeof part, place) != sizeof part || part.p_type == PT_INTERP)
            return false;
    }
    return true;
}

/* -1: there is none of that kind. */
static int open_busybox(void)
{
    int program = open(BUSYBOX, O_RDONLY | O_CLOEXEC);
    if (program < 0 || is_static(program))
        return program;
    close(program);
    return -1;
}

bool base_is_possible(void)
{
    int program = open_busybox();
    if (program >= 0)
        close(program);
    return program >= 0;
}

static bool copy_busybox(int base, struct failure *failure)
{
    struct stat size;
    int from = open_busybox();
    if (from < 0)
        return failure_set(failure, ENOENT, NULL,
            "the base image is made of a static " BUSYBOX ", which is not there: install busybox-static");
    int to = openat(base, "bin/busybox", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    off_t done = 0;
    bool copied = to >= 0 && fstat(from, &size) == 0;
    while (copied && done < size.st_size)
        copied = sendfile(to, from, &done, (size_t)(size.st_size - done)) > 0;
    copied = copied && fchmod(to, 0755) == 0 && fsync(to) == 0;
    int error = errno;
    close(from);
    if (to >= 0)
        close(to);
    return copied || failure_set(failure, error, NULL, "the base image can't be written: %m");
}

/* Makes a link for each applet of busybox. */
static bool link_applets(int base, struct failure *failure)
{
    char line[LINE_BYTES], name[LINE_BYTES + 4];
    // NOLINTNEXTLINE(cert-env33-c): a fixed command line
    FILE *list = popen(BUSYBOX " --list", "re");
    bool linked = list;
    while (linked && fgets(line, sizeof line, list)) {
        line[strcspn(line, "\n")] = 0;
        snprintf(name, sizeof name, "bin/%s", line);
        linked = symlinkat("busybox", base, name) == 0 || errno == EEXIST;
    }
    int status = list ? pclose(list) : -1;
    return (linked && status == 0) || failure_set(failure, EIO, NULL, BUSYBOX " does not list its applets");
}

static bool write_file(int base, const char *name, const char *text)
{
    int file = openat(base, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    size_t length = strlen(text);
    bool written = file >= 0 && write(file, text, length) == (ssize_t)length && fchmod(file, 0644) == 0;
    if (file >= 0)
        close(file);
    return written;
}

static bool fill(int base)
{
    bool done = fchmod(base, 0755) == 0;
    for (size_t i = 0; done && i < sizeof folders / sizeof *folders; i++)
        done = mkdirat(base, folders[i].name, 0755) == 0 && fchmodat(base, folders[i].name, folders[i].mode, 0) == 0;
    for (size_t i = 0; done && i < sizeof links / sizeof *links; i++)
        done = symlinkat(links[i].target, base, links[i].name) == 0;
    for (size_t i = 0; done && i < sizeof files / sizeof *files; i++)
        done = write_file(base, files[i].name, files[i].text);
    return done;
}

bool base_make(const char *state, struct failure *failure)
{
    int place = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat there;
    if (place >= 0 && fstatat(place, "base", &there, AT_SYMLINK_NOFOLLOW) == 0) {
        close(place);
        return S_ISDIR(there.st_mode) || failure_set(failure, ENOTDIR, NULL, "%s/base is not a folder", state);
    }
    bool ready = place >= 0 && tree_remove(place, NEW) && mkdirat(place, NEW, 0755) == 0;
    int base = ready ? openat(place, NEW, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool made = (base >= 0 && fill(base)) ||
                failure_set(failure, errno, NULL, "the base image below %s can't be made: %m", state);
    made = made && copy_busybox(base, failure) && link_applets(base, failure) &&
           ((syncfs(base) == 0 && renameat(place, NEW, place, "base") == 0) ||
               failure_set(failure, errno, NULL, "%s/base: %m", state));
    if (base >= 0)
        close(base);
    if (place >= 0)
        close(place);
    return made;
}
