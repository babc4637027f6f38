/* The state folder after a crash of the whole machine, at any point of what is written there: a new daemon must come
   up, have every system whose creation was answered, no other one, and leave nothing of those that were running. A
   small model of a file system applies the writes of record(), change() and a keeper in their order: what was synced is
   there, what was not may be there or not, a write may be torn. CRASH_STATES=100000 in the environment: so many systems
   instead of a thousand. */
#include "containers.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* The steps on one system's folder, in order. SYNC: all before it is on the disk. */
enum step {
    MAKE_FOLDER,
    WRITE_DOCUMENT_DRAFT,
    RENAME_DOCUMENT,
    SYNC_DOCUMENT,
    WRITE_CREATED_DRAFT,
    RENAME_CREATED,
    SYNC_CREATED,                /* the creation is answered after it */
    WRITE_SECOND_DOCUMENT_DRAFT, /* a change before the start */
    RENAME_SECOND_DOCUMENT,
    SYNC_SECOND_DOCUMENT,
    MAKE_FOLDERS_OF_KEEPER,
    MAKE_SOCKET,
    WRITE_RUNNING_DRAFT,
    RENAME_RUNNING,
    SYNC_RUNNING, /* the start is answered after it */
    APPEND_EXIT,
    WRITE_EXITED_DRAFT,
    RENAME_EXITED,
    SYNC_EXITED,
    REMOVE_STATE,
    REMOVE_DOCUMENT,
    STEPS
};

static uint64_t dice;

static unsigned draw(unsigned below)
{
    dice = dice * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(dice >> 33) % below;
}

static bool is_sync(enum step step)
{
    return step == SYNC_DOCUMENT || step == SYNC_CREATED || step == SYNC_SECOND_DOCUMENT || step == SYNC_RUNNING ||
           step == SYNC_EXITED;
}

/* torn: only a part of it has reached the disk. */
static void put(int folder, const char *name, const char *text, bool torn)
{
    size_t length = torn ? draw((unsigned)strlen(text)) : strlen(text);
    int file = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    cr_assert(file >= 0 && write(file, text, length) == (ssize_t)length);
    close(file);
}

struct crashed {
    char name[17], id[24];
    unsigned slot;
    bool created, removed; /* its creation was answered, its removal has begun */
    bool began;            /* its state has been written as running */
};

static void put_state(int folder, const struct crashed *system, const char *phase, bool torn)
{
    char text[512];
    snprintf(text, sizeof text,
        "{\"version\":1,\"id\":\"%s\",\"name\":\"%s\",\"base\":\"%s/base\",\"initProgram\":\"/"
        "none\",\"phase\":\"%s\",\"boot\":\"another\","
        "\"user\":0,\"firstId\":%u,\"idCount\":65536,\"keeper\":4000000,\"keeperStart\":1,\"init\":4000001,"
        "\"initStart\":1,"
        "\"asked\":false}",
        system->id, system->name, scratch_path("state"), phase, 0x20000000u + system->slot * 65536u);
    put(folder, "state.json.new", text, torn);
}

/* A rename that was not synced may have happened; one whose draft is not there can't. */
static bool rename_draft(int folder, const char *draft, const char *name)
{
    return renameat(folder, draft, folder, name) == 0;
}

static void apply(int folder, struct crashed *system, enum step step, bool torn)
{
    static const char document[] = "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}";
    switch (step) {
    case WRITE_DOCUMENT_DRAFT:
    case WRITE_SECOND_DOCUMENT_DRAFT:
        put(folder, "document.json.new", document, torn);
        break;
    case RENAME_DOCUMENT:
    case RENAME_SECOND_DOCUMENT:
        (void)rename_draft(folder, "document.json.new", "document.json");
        break;
    case WRITE_CREATED_DRAFT:
        put_state(folder, system, "created", torn);
        break;
    case RENAME_CREATED:
        (void)rename_draft(folder, "state.json.new", "state.json");
        break;
    case RENAME_RUNNING:
    case RENAME_EXITED:
        system->began |= rename_draft(folder, "state.json.new", "state.json");
        break;
    case MAKE_FOLDERS_OF_KEEPER:
        (void)mkdirat(folder, "upper", 0755);
        (void)mkdirat(folder, "mounts", 0755);
        break;
    case MAKE_SOCKET:
        put(folder, "keeper.sock", "", false); /* no process listens on it after a restart */
        break;
    case WRITE_RUNNING_DRAFT:
        put_state(folder, system, "running", torn);
        break;
    case APPEND_EXIT:
        put(folder, "exits.jsonl", "{\"id\":7,\"status\":0,\"signal\":0,\"oom\":false}\n", torn);
        break;
    case WRITE_EXITED_DRAFT:
        put_state(folder, system, "exited", torn);
        break;
    case REMOVE_STATE:
        (void)unlinkat(folder, "state.json", 0);
        system->removed = true;
        break;
    case REMOVE_DOCUMENT:
        (void)unlinkat(folder, "document.json", 0);
        system->removed = true;
        break;
    default:
        break;
    }
}

/* Crashes after some step: steps up to the last sync are there; of the others each may be, and the write that is not
   synced may be torn. A draft is synced before it is renamed, so that only a draft itself is ever torn. */
static void crash(int systems, struct crashed *system)
{
    unsigned last = draw(STEPS), synced = 0;
    for (unsigned i = 0; i <= last; i++)
        if (is_sync((enum step)i))
            synced = i;
    system->created = synced >= SYNC_CREATED;
    if (!synced && draw(4) == 0)
        return; /* not even the folder */
    cr_assert_eq(mkdirat(systems, system->name, 0711), 0);
    int folder = openat(systems, system->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (unsigned i = 1; i <= last; i++)
        if (i <= synced || draw(3))
            apply(folder, system, (enum step)i, i > synced && i == last && draw(2));
    close(folder);
}

static unsigned count_systems(void)
{
    unsigned count = 0;
    PWSTR document = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsEnumerateComputeSystems(NULL, operation));
    must(HcsWaitForOperationResult(operation, INFINITE, &document));
    for (size_t i = 0; document[i]; i++) {
        static const char key[] = "\"SystemType\"";
        size_t same = 0;
        while (key[same] && document[i + same] == (WCHAR)key[same])
            same++;
        count += !key[same];
    }
    LocalFree(document);
    HcsCloseOperation(operation);
    return count;
}

enum { BATCH = 1000 };

static void try_batch(uint64_t seed)
{
    static struct crashed crashed[BATCH];
    unsigned expected = 0;
    char text[64];
    daemon_kill();
    dice = seed;
    int systems = open(scratch_path("state/systems"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cr_assert_geq(systems, 0);
    for (unsigned i = 0; i < BATCH; i++) {
        crashed[i] = (struct crashed){.slot = i};
        snprintf(crashed[i].name, sizeof crashed[i].name, "%016x", 0xabc00000u + i);
        snprintf(crashed[i].id, sizeof crashed[i].id, "crashed-%u", i);
        crash(systems, &crashed[i]);
    }
    close(systems);
    daemon_start();
    for (unsigned i = 0; i < BATCH; i++) {
        HCS_SYSTEM system;
        HRESULT opened = HcsOpenComputeSystem(wide(crashed[i].id), GENERIC_ALL, &system);
        bool may_be_there = !crashed[i].began,
             must_be_there = crashed[i].created && may_be_there && !crashed[i].removed;
        cr_expect(!must_be_there || SUCCEEDED(opened), "seed %llu: system %u was created and is lost: 0x%08X",
            (unsigned long long)seed, i, (unsigned)opened);
        cr_expect(may_be_there || opened == HCS_E_SYSTEM_NOT_FOUND,
            "seed %llu: system %u ran before the crash, and is there", (unsigned long long)seed, i);
        if (SUCCEEDED(opened)) {
            expected++;
            drop_system(system);
        }
    }
    cr_expect_eq(count_systems(), 0);
    for (int i = 0; i < 2000; i++) {
        ask_shell("ls $SCRATCH/state/systems | wc -l", text, sizeof text);
        if (!strcmp(text, "0"))
            break;
        nap();
    }
    cr_expect_str_eq(text, "0", "seed %llu: folders are left: %s", (unsigned long long)seed, text);
    cr_expect_gt(expected, 0);
}

TestSuite(crash_states, .init = containers_begin, .fini = containers_end, .timeout = 3600);

Test(crash_states, a_new_daemon_has_what_was_answered_and_leaves_nothing_else)
{
    const char *wanted = getenv("CRASH_STATES");
    unsigned long states = wanted ? strtoul(wanted, NULL, 10) : BATCH;
    for (uint64_t seed = 1; seed <= (states + BATCH - 1) / BATCH; seed++)
        try_batch(seed);
}
