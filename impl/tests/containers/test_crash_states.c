/* The state folder after a crash of the whole machine, at any point of what is written there. One life of a container
   is recorded: each call of computecored and of the keeper on its folder (recorded_calls.c), and between them what the
   client had been answered. Then the folder is made again as a crash may have left it, for each prefix of these calls:
   what was synced is there; of the rest up to three calls are lost, and a lost write may have left a part of its bytes.
   A new daemon must come up, have every system whose creation was answered and which was not started, no system whose
   start was answered, and leave nothing behind. CRASH_STATES=100000 in the environment: so many states instead of a
   thousand, spread over all that there are. */
#include "containers.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum kind { CREATE, TRUNCATE, WRITE, SYNC, RENAME, MAKE_FOLDER, REMOVE, MARK, KINDS };
static const char *const kinds[KINDS] = {"create", "truncate", "write", "fsync", "rename", "mkdir", "remove", "mark"};

/* What the client had been answered, or was about to ask for. */
enum mark { CREATED, CHANGED, STARTS, STARTED, ENDED, MARKS };

enum {
    MOST_CALLS = 400,
    PATH_BYTES = 80,
    TEXT_BYTES = 1 << 16,
    BATCH = 1000,
    MOST_LOST = 3,
    PARTS = 32,
    MOST_UNSYNCED = 40
};
#define RECORDED_ID "recorded-system-000000"

static struct call {
    enum kind kind;
    char path[PATH_BYTES], to[PATH_BYTES]; /* in the folder of the system; "": the folder itself */
    char *bytes;
    size_t length;
    int synced_by; /* the call from which on it is on the disk */
} calls[MOST_CALLS];
static int call_count, marks[MARKS];
static char folder_name[40];

/* --- the recording --- */

static void mark(enum mark what)
{
    char line[20];
    int file = open(scratch_path("calls"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int length = snprintf(line, sizeof line, "mark %d \n", (int)what);
    cr_assert(file >= 0 && write(file, line, (size_t)length) == length);
    close(file);
}

static void live(void)
{
    static const PCWSTR change =
        u"{\"ResourcePath\":\"Container/Memory/SizeInMB\",\"RequestType\":\"Update\",\"Settings\":64}";
    char output[64];
    HCS_SYSTEM system;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(finish(HcsCreateComputeSystem(wide(RECORDED_ID), CONTAINER, operation, NULL, &system), operation));
    mark(CREATED);
    must(finish(HcsModifyComputeSystem(system, operation, change, NULL), operation));
    mark(CHANGED);
    mark(STARTS);
    must(finish(HcsStartComputeSystem(system, operation, NULL), operation));
    mark(STARTED);
    cr_expect_eq(run(system, "sh -c 'exit 3'", "", output, sizeof output), 3);
    must(finish(HcsModifyComputeSystem(system, operation, change, NULL), operation));
    must(terminate_system(system));
    mark(ENDED);
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
    expect_no_traces("the recorded system");
}

/* --- what was recorded --- */

/* The name in the system's folder; false: it lies elsewhere. */
static bool take_path(const char *from, char to[PATH_BYTES])
{
    size_t length = strcspn(from, "/");
    if (!strcmp(from, ".")) { /* what holds the folders of the systems */
        snprintf(to, PATH_BYTES, "..");
        return true;
    }
    if (!folder_name[0])
        snprintf(folder_name, sizeof folder_name, "%.*s", (int)length, from);
    if (strlen(folder_name) != length || strncmp(from, folder_name, length) != 0)
        return false;
    snprintf(to, PATH_BYTES, "%s", from[length] ? from + length + 1 : "");
    return true;
}

static void take_call(char *line)
{
    char *rest = NULL, *name = strtok_r(line, " ", &rest), *path = strtok_r(NULL, " ", &rest);
    struct call *call = &calls[call_count];
    int kind = 0;
    cr_assert(name && path && call_count < MOST_CALLS);
    while (kind < KINDS && strcmp(kinds[kind], name) != 0)
        kind++;
    cr_assert_lt(kind, KINDS, "%s", name);
    *call = (struct call){.kind = (enum kind)kind, .synced_by = MOST_CALLS};
    if (call->kind == MARK) {
        marks[strtol(path, NULL, 10)] = call_count;
        return;
    }
    if (!take_path(path, call->path) || (call->kind == RENAME && !take_path(rest, call->to)))
        return;
    if (call->kind == WRITE) {
        call->length = strlen(rest) / 2;
        call->bytes = calloc(1, call->length + 1);
        cr_assert_not_null(call->bytes);
        for (size_t i = 0; i < call->length; i++) {
            unsigned byte = 0;
            cr_assert_eq(sscanf(rest + 2 * i, "%2x", &byte), 1);
            call->bytes[i] = (char)byte;
        }
    }
    call_count++;
}

static bool is_synced(const struct call *call, const struct call *sync)
{
    if (sync->kind != SYNC)
        return false;
    if (call->kind == WRITE || call->kind == TRUNCATE)
        return !strcmp(sync->path, call->path);
    bool of_folder = !call->path[0]; /* its name stands in the folder above */
    return !strcmp(sync->path, of_folder ? ".." : "");
}

static void read_calls(void)
{
    static char text[1 << 20];
    FILE *file = fopen(scratch_path("calls"), "re");
    cr_assert_not_null(file);
    while (fgets(text, sizeof text, file)) {
        text[strcspn(text, "\n")] = 0;
        take_call(text);
    }
    fclose(file);
    for (int i = 0; i < call_count; i++)
        for (int j = call_count; --j > i;)
            if (is_synced(&calls[i], &calls[j]))
                calls[i].synced_by = j;
}

/* --- a crash --- */

/* The first calls have been made; of these some are lost. */
struct crash {
    int made, lost[MOST_LOST], lost_count;
    unsigned part[MOST_LOST]; /* so many parts of a lost write are there */
};

static int lost_at(const struct crash *crash, int call)
{
    for (int i = 0; i < crash->lost_count; i++)
        if (crash->lost[i] == call)
            return i;
    return -1;
}

/* Replaces what stands behind some words, with as many bytes. */
static void patch(char *bytes, size_t length, const char *words, const char *with)
{
    char *at = memmem(bytes, length, words, strlen(words));
    if (!at)
        return;
    at += strlen(words);
    memcpy(at + (*at == '\t'), with, strlen(with));
}

/* The bytes as they would be for the system of a slot, and from before the machine was started last. */
static void put(int folder, const struct call *call, unsigned slot, size_t length)
{
    static char bytes[TEXT_BYTES];
    char id[30], name[20], first_id[20];
    int file = openat(folder, call->path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (file < 0)
        return; /* its creation is lost */
    cr_assert_lt(call->length, sizeof bytes);
    memcpy(bytes, call->bytes, call->length);
    snprintf(id, sizeof id, "\"recorded-system-%06u\"", slot);
    snprintf(name, sizeof name, "\"%016x\"", 0xabc00000u + slot);
    snprintf(first_id, sizeof first_id, "%u", 0x20000000u + slot * 65536u);
    patch(bytes, call->length, "\"id\":", id);
    patch(bytes, call->length, "\"name\":", name);
    patch(bytes, call->length, "\"boot\":", "\"another-");
    patch(bytes, call->length, "\"firstId\":", first_id);
    cr_assert_eq(write(file, bytes, length), (ssize_t)length);
    close(file);
}

static void apply(int systems, int *folder, const char *name, const struct call *call, unsigned slot)
{
    int file;
    if (call->kind == MAKE_FOLDER && !call->path[0]) {
        cr_assert_eq(mkdirat(systems, name, 0711), 0);
        *folder = openat(systems, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (*folder < 0)
        return; /* it is lost, with all in it */
    switch (call->kind) {
    case CREATE:
        file = openat(*folder, call->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        cr_assert_geq(file, 0);
        close(file);
        break;
    case TRUNCATE:
        if ((file = openat(*folder, call->path, O_WRONLY | O_TRUNC | O_CLOEXEC)) >= 0)
            close(file);
        break;
    case WRITE:
        put(*folder, call, slot, call->length);
        break;
    case RENAME: /* impossible if what it renames is lost */
        (void)renameat(*folder, call->path, *folder, call->to);
        break;
    case MAKE_FOLDER:
        if (call->path[0])
            (void)mkdirat(*folder, call->path, 0755);
        break;
    case REMOVE:
        if (unlinkat(*folder, call->path, 0))
            (void)unlinkat(*folder, call->path, AT_REMOVEDIR);
        break;
    default:
        break;
    }
}

static void make_folder(int systems, const struct crash *crash, unsigned slot)
{
    char name[20];
    int folder = -1;
    snprintf(name, sizeof name, "%016x", 0xabc00000u + slot);
    for (int i = 0; i < crash->made; i++) {
        int lost = lost_at(crash, i);
        if (lost < 0)
            apply(systems, &folder, name, &calls[i], slot);
        else if (calls[i].kind == WRITE && folder >= 0)
            put(folder, &calls[i], slot, calls[i].length * crash->part[lost] / PARTS);
    }
    if (folder >= 0)
        close(folder);
}

/* --- all crashes --- */

struct crashes {
    struct crash *chosen;             /* NULL: they are counted */
    unsigned long count, first, step; /* every step-th is chosen, from `first` on */
    unsigned chosen_count;
};

static void meet(struct crashes *crashes, const struct crash *crash)
{
    unsigned long number = crashes->count++;
    if (crashes->chosen && number >= crashes->first && (number - crashes->first) % crashes->step == 0 &&
        crashes->chosen_count < BATCH)
        crashes->chosen[crashes->chosen_count++] = *crash;
}

/* Loses one more of the calls from `next` on. */
static void lose(struct crashes *crashes, struct crash crash, const int *unsynced, int count, int next)
{
    meet(crashes, &crash);
    if (crash.lost_count == MOST_LOST)
        return;
    int place = crash.lost_count++;
    for (int i = next; i < count; i++) {
        crash.lost[place] = unsynced[i];
        unsigned parts = calls[unsynced[i]].kind == WRITE ? PARTS : 1;
        for (crash.part[place] = 0; crash.part[place] < parts; crash.part[place]++)
            lose(crashes, crash, unsynced, count, i + 1);
    }
}

static void meet_all(struct crashes *crashes)
{
    for (int made = 0; made <= call_count; made++) {
        int unsynced[MOST_UNSYNCED], count = 0;
        for (int i = 0; i < made && count < MOST_UNSYNCED; i++)
            if (calls[i].kind != SYNC && calls[i].synced_by >= made)
                unsynced[count++] = i;
        lose(crashes, (struct crash){.made = made}, unsynced, count, 0);
    }
}

/* --- a new daemon --- */

static void expect_system(const struct crash *crash, unsigned slot, unsigned long number)
{
    char id[30];
    HCS_SYSTEM system;
    snprintf(id, sizeof id, "recorded-system-%06u", slot);
    HRESULT opened = HcsOpenComputeSystem(wide(id), GENERIC_ALL, &system);
    bool must_be_there = crash->made >= marks[CREATED] && crash->made <= marks[STARTS],
         may_be_there = crash->made < marks[STARTED];
    cr_expect(!must_be_there || SUCCEEDED(opened),
        "state %lu: a crash after %d calls: its creation was answered, and it is lost: 0x%08X", number, crash->made,
        (unsigned)opened);
    cr_expect(may_be_there || opened == HCS_E_SYSTEM_NOT_FOUND,
        "state %lu: a crash after %d calls: its start was answered, and it is there: 0x%08X", number, crash->made,
        (unsigned)opened);
    if (SUCCEEDED(opened))
        drop_system(system);
}

static void expect_no_folder_left(unsigned long first)
{
    char text[64];
    for (int i = 0; i < MANY_LOOKS; i++) {
        ask_shell("ls $SCRATCH/state/systems | wc -l", text, sizeof text);
        if (!strcmp(text, "0"))
            break;
        nap();
    }
    cr_expect_str_eq(text, "0", "states from %lu on: folders are left: %s", first, text);
}

/* The library has lost the daemon before, and looks for the new one when it is called. */
static void await_connection(void)
{
    HCS_SYSTEM none;
    for (int i = 0; HcsOpenComputeSystem(u"no-such-system", GENERIC_ALL, &none) != HCS_E_SYSTEM_NOT_FOUND && i < 4000;
         i++)
        nap();
}

static void try_batch(unsigned long first, unsigned long step)
{
    static struct crash chosen[BATCH];
    struct crashes crashes = {.chosen = chosen, .first = first, .step = step};
    meet_all(&crashes);
    daemon_kill();
    int systems = open(scratch_path("state/systems"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cr_assert_geq(systems, 0);
    for (unsigned i = 0; i < crashes.chosen_count; i++)
        make_folder(systems, &chosen[i], i);
    close(systems);
    daemon_start();
    await_connection();
    for (unsigned i = 0; i < crashes.chosen_count; i++)
        expect_system(&chosen[i], i, first + i * step);
    expect_no_folder_left(first);
}

static void begin(void)
{
    char below[200];
    snprintf(below, sizeof below, "%s/state/systems", scratch());
    setenv("RECORDED_BELOW", below, 1);
    setenv("RECORDED_CALLS", scratch_path("calls"), 1);
    setenv("LD_PRELOAD", RECORDED_CALLS, 1);
    containers_begin();
    unsetenv("LD_PRELOAD"); /* those that come later write nothing that is of interest */
}

TestSuite(crash_states, .init = begin, .fini = containers_end, .timeout = 7200);

Test(crash_states, a_new_daemon_has_what_was_answered_and_leaves_nothing_else)
{
    const char *wanted = getenv("CRASH_STATES");
    unsigned long states = wanted ? strtoul(wanted, NULL, 10) : BATCH;
    struct crashes all = {0};
    live();
    read_calls();
    meet_all(&all);
    unsigned long step = all.count > states ? all.count / states : 1;
    cr_expect_geq(all.count, 100000, "only %lu states", all.count);
    cr_expect(marks[CREATED] && marks[STARTED] > marks[CREATED], "the calls of the daemon and of the keeper");
    for (unsigned long done = 0; done < states && done * step < all.count; done += BATCH)
        try_batch(done * step, step);
    fprintf(stderr, "%d calls, %lu states, every %luth of them tried\n", call_count, all.count, step);
}
