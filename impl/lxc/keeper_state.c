/* A keeper's files. Entry points: keeper_state_read(), keeper_state_write(). */
#include "keeper_state.h"
#include "base/text/json_writer.h"
#include "daemon/protocol/address.h"
#include "keeper/process.h"
#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, STATE_BYTES = 1 << 16, STATE_VERSION = 1 };

char *keeper_read_file(const char *path, size_t limit, size_t *length)
{
    struct stat size;
    size_t done = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        return NULL;
    char *text = NULL;
    if (fstat(file, &size) == 0 && (errno = EFBIG, (size_t)size.st_size <= limit))
        text = malloc((size_t)size.st_size + 1);
    ssize_t got = 1;
    while (text && got > 0 && done < (size_t)size.st_size) {
        got = read(file, text + done, (size_t)size.st_size - done);
        done += got > 0 ? (size_t)got : 0;
    }
    int error = errno;
    close(file);
    if (text && got >= 0) {
        text[done] = 0;
        *length = done;
        return text;
    }
    free(text);
    errno = error;
    return NULL;
}

static uint64_t start_of(pid_t process)
{
    char path[64], line[2048];
    unsigned long long start = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    FILE *file = fopen(path, "re");
    const char *end = file && fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
    if (end && sscanf(end + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                   &start) != 1)
        start = 0;
    if (file)
        fclose(file);
    return start;
}

static void read_boot(char boot[64])
{
    size_t length = 0;
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t got = file >= 0 ? read(file, boot, 63) : 0;
    if (file >= 0)
        close(file);
    length = got > 0 ? (size_t)got : 0;
    boot[length] = 0;
    boot[strcspn(boot, "\n")] = 0;
}

static void take_text(const cJSON *json, const char *name, char *text, size_t size)
{
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, name));
    snprintf(text, size, "%s", value ? value : "");
}

static double take_number(const cJSON *json, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, name);
    return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

static bool take(struct keeper_state *state, const cJSON *json, const char *path, struct failure *failure)
{
    double version = take_number(json, "version");
    take_text(json, "id", state->id, sizeof state->id);
    take_text(json, "name", state->name, sizeof state->name);
    take_text(json, "base", state->base, sizeof state->base);
    take_text(json, "initProgram", state->init_program, sizeof state->init_program);
    take_text(json, "phase", state->phase, sizeof state->phase);
    take_text(json, "boot", state->boot, sizeof state->boot);
    state->user = (uint32_t)take_number(json, "user"); /* older ones have none: root's */
    state->first_id = (uint32_t)take_number(json, "firstId");
    state->id_count = (uint32_t)take_number(json, "idCount");
    state->keeper = (pid_t)take_number(json, "keeper");
    state->init = (pid_t)take_number(json, "init");
    state->keeper_start = (uint64_t)take_number(json, "keeperStart");
    state->init_start = (uint64_t)take_number(json, "initStart");
    take_text(json, "runtimeId", state->runtime_id, sizeof state->runtime_id);
    state->started = (uint64_t)take_number(json, "started");
    state->asked = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "asked"));
    return (version >= 1 && version <= STATE_VERSION) ||
           failure_set(failure, version > STATE_VERSION ? EPROTO : EBADMSG, NULL,
               "%s has version %.0f; this program reads up to version %d", path, version, STATE_VERSION);
}

bool keeper_state_read(struct keeper_state *state, const char *folder, struct failure *failure)
{
    char path[PATH_BYTES];
    size_t length;
    *state = (struct keeper_state){0};
    snprintf(path, sizeof path, "%s/state.json", folder);
    char *text = keeper_read_file(path, STATE_BYTES, &length);
    if (text)
        errno = EBADMSG;
    cJSON *json = text ? cJSON_ParseWithLength(text, length) : NULL;
    bool taken =
        json ? take(state, json, path, failure) : failure_set(failure, errno, NULL, "%s can't be read: %m", path);
    cJSON_Delete(json);
    free(text);
    return taken;
}

/* NULL without memory: a state with a member missing would be another one. */
static char *print(const struct keeper_state *state)
{
    struct writer writer = {.text.limit = STATE_BYTES};
    writer_open(&writer, NULL, '{');
    writer_integer(&writer, "version", STATE_VERSION);
    writer_string(&writer, "id", state->id);
    writer_string(&writer, "name", state->name);
    writer_string(&writer, "base", state->base);
    writer_string(&writer, "initProgram", state->init_program);
    writer_string(&writer, "phase", state->phase);
    writer_string(&writer, "boot", state->boot);
    writer_integer(&writer, "user", state->user);
    writer_integer(&writer, "firstId", state->first_id);
    writer_integer(&writer, "idCount", state->id_count);
    writer_integer(&writer, "keeper", state->keeper);
    writer_integer(&writer, "keeperStart", (int64_t)state->keeper_start);
    writer_integer(&writer, "init", state->init);
    writer_integer(&writer, "initStart", (int64_t)state->init_start);
    writer_string(&writer, "runtimeId", state->runtime_id);
    writer_integer(&writer, "started", (int64_t)state->started);
    writer_boolean(&writer, "asked", state->asked);
    writer_close(&writer, '}');
    char *text = writer_finish(&writer);
    if (!text)
        errno = ENOMEM;
    return text;
}

bool keeper_write_whole(int folder, const char *name, const char *text)
{
    char draft[64];
    size_t length = strlen(text), done = 0;
    snprintf(draft, sizeof draft, "%s.new", name);
    int file = openat(folder, draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool written = file >= 0;
    while (written && done < length) {
        ssize_t put = write(file, text + done, length - done);
        written = put > 0;
        done += written ? (size_t)put : 0;
    }
    written = written && fsync(file) == 0;
    int error = errno;
    if (file >= 0)
        close(file);
    if (written)
        return renameat(folder, draft, folder, name) == 0 && fsync(folder) == 0;
    (void)unlinkat(folder, draft, 0); /* where room is short, it needs some */
    errno = error;
    return false;
}

static bool write_in(const char *folder, const char *text)
{
    int place = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool written = place >= 0 && keeper_write_whole(place, "state.json", text);
    int error = errno;
    if (place >= 0)
        close(place);
    errno = error;
    return written;
}

bool keeper_state_write(struct keeper_state *state, const char *folder, const char *phase, struct failure *failure)
{
    bool created = !strcmp(phase, "created");
    snprintf(state->phase, sizeof state->phase, "%s", phase);
    state->keeper = created ? 0 : getpid();
    state->keeper_start = created ? 0 : start_of(state->keeper);
    state->init_start = state->init ? start_of(state->init) : 0;
    read_boot(state->boot);
    char *text = print(state);
    bool written = text && write_in(folder, text);
    free(text);
    return written || failure_set(failure, errno, NULL, "%s/state.json can't be written: %m", folder);
}

void keeper_state_note_exit(const char *folder, const struct keeper_process *process)
{
    char path[PATH_BYTES], line[256];
    snprintf(path, sizeof path, "%s/exits.jsonl", folder);
    int length = snprintf(line, sizeof line, "{\"id\":%d,\"status\":%d,\"signal\":%d,\"oom\":%s}\n",
        (int)process->inner, process->status, process->signal, process->oom ? "true" : "false");
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file >= 0) {
        (void)!write(file, line, (size_t)length); /* on a full disk the exit is only in the keeper's memory */
        close(file);
    }
}

int keeper_listen(const char *path, struct failure *failure)
{
    struct sockaddr_un address;
    int place = address_of(path, &address), listener = place >= 0 ? address_socket() : -1;
    bool listens = listener >= 0;
    if (listens) {
        (void)unlink(address.sun_path); /* of an earlier keeper */
        listens = bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 8) == 0;
    }
    int error = errno;
    if (place >= 0)
        close(place);
    if (listens)
        return listener;
    if (listener >= 0)
        close(listener);
    failure_set(failure, error, NULL, "socket %s: %m", path);
    return -1;
}
