/* computecored while containers run, and the disk of its state fills up or becomes read-only: what needs the disk fails
   with a code that says so, the rest goes on, and nothing is lost. In a mount namespace of its own. */
#include "containers.h"
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define MEMORY(size)                                                                                                   \
    u"{\"ResourcePath\":\"Container/Memory/SizeInMB\",\"RequestType\":\"Update\",\"Settings\":" #size "}"

static void begin(void)
{
    cr_assert_eq(geteuid(), 0, "only root can mount");
    cr_assert_eq(unshare(CLONE_NEWNS), 0);
    cr_assert_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
    cr_assert_eq(mkdir(scratch_path("state"), 0711), 0);
    cr_assert_eq(mount(CONTAINERS_DISK, scratch_path("state"), "tmpfs", 0, "size=8m,mode=0711"), 0);
    containers_begin();
}

static void end(void)
{
    containers_end();
    cr_expect_eq(umount(scratch_path("state")), 0, "something of it is still in use");
}

TestSuite(disks, .init = begin, .fini = end, .timeout = 300);

static void fill(void)
{
    static const char block[4096];
    FILE *filler = fopen(scratch_path("state/filler"), "w");
    cr_assert_not_null(filler);
    setbuf(filler, NULL);
    while (fwrite(block, 1, sizeof block, filler) == sizeof block)
        ;
    (void)fclose(filler);
}

static void make_room(void)
{
    cr_assert_eq(remove(scratch_path("state/filler")), 0);
}

static void set_read_only(bool read_only)
{
    cr_assert_eq(mount(NULL, scratch_path("state"), NULL, MS_REMOUNT | MS_BIND | (read_only ? MS_RDONLY : 0), NULL), 0);
}

static HRESULT create(PCWSTR id, HCS_SYSTEM *system)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = finish(HcsCreateComputeSystem(id, CONTAINER, operation, NULL, system), operation);
    HcsCloseOperation(operation);
    return result;
}

static HRESULT start(HCS_SYSTEM system)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = finish(HcsStartComputeSystem(system, operation, NULL), operation);
    HcsCloseOperation(operation);
    return result;
}

static HRESULT modify(HCS_SYSTEM system, PCWSTR request)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    HRESULT result = finish(HcsModifyComputeSystem(system, operation, request, NULL), operation);
    HcsCloseOperation(operation);
    return result;
}

/* The limit in force in the only container with that memory; the systems' folders are named by nobody else. */
static void expect_memory(const char *bytes)
{
    char text[64], command[512];
    snprintf(command, sizeof command,
        "cd $SCRATCH/state/systems; for id in *; do cat /sys/fs/cgroup/memory/computecore/$id/container/"
        "memory.limit_in_bytes /sys/fs/cgroup/computecore/$id/container/memory.max 2>/dev/null; done | grep -cx %s",
        bytes);
    ask_shell(command, text, sizeof text);
    cr_expect_str_eq(text, "1");
}

static HCS_SYSTEM open_again(PCWSTR id)
{
    HCS_SYSTEM system = NULL;
    for (int i = 0; FAILED(HcsOpenComputeSystem(id, GENERIC_ALL, &system)) && i < MANY_LOOKS; i++)
        nap();
    cr_assert_not_null(system);
    return system;
}

/* What a container does that runs already: it needs no disk. */
static void expect_runs(HCS_SYSTEM system)
{
    char text[64];
    cr_expect_eq(run(system, "echo here", "", text, sizeof text), 0);
    cr_expect_str_eq(text, "here\n");
    cr_expect_eq(run(system, "sh -c 'exit 7'", "", text, sizeof text), 7);
}

/* A file that could not be written whole takes no room of those that come next. */
static void expect_no_drafts(void)
{
    char text[64];
    ask_shell("ls $SCRATCH/state/systems/*/*.new 2>/dev/null | wc -l", text, sizeof text);
    cr_expect_str_eq(text, "0");
}

static void expect_files_of(const char *count)
{
    char text[64];
    for (int i = 0; i < MANY_LOOKS; i++) {
        ask_shell("ls $SCRATCH/state/systems | wc -l", text, sizeof text);
        if (!strcmp(text, count))
            return;
        nap();
    }
    cr_expect_str_eq(text, count, "folders of systems");
}

/* The disk goes bad, and good again, while one container runs and two others wait to be started. */
static void go_through(void (*spoil)(void), void (*mend)(void), HRESULT expected)
{
    HCS_SYSTEM running = make_system(u"running", CONTAINER, true), waits = make_system(u"waits", CONTAINER, false),
               doomed = make_system(u"doomed", CONTAINER, false), fresh = NULL;
    must(modify(waits, MEMORY(64)));
    spoil();
    cr_expect_eq(create(u"new", &fresh), expected);
    HcsCloseComputeSystem(fresh);
    cr_expect_eq(modify(waits, MEMORY(96)), expected);
    cr_expect_eq(start(doomed), expected);
    HcsCloseComputeSystem(doomed);
    cr_expect_eq(HcsOpenComputeSystem(u"new", GENERIC_ALL, &fresh), HCS_E_SYSTEM_NOT_FOUND);
    expect_runs(running);
    expect_no_drafts();
    mend();
    must(create(u"new", &fresh));
    expect_files_of("3"); /* nothing of what failed, and of what ended while nothing could be removed */
    must(start(fresh));
    expect_runs(fresh);
    HcsCloseComputeSystem(running);
    HcsCloseComputeSystem(waits);
    HcsCloseComputeSystem(fresh);
    daemon_stop();
    daemon_start();
    fresh = open_again(u"new");
    running = open_again(u"running");
    waits = open_again(u"waits");
    must(start(waits));
    expect_memory("67108864"); /* the change that failed has changed nothing, that before it is in force */
    expect_runs(running);
    expect_runs(fresh);
    drop_system(fresh);
    drop_system(waits);
    drop_system(running);
}

Test(disks, that_fill_up_hold_up_only_what_needs_them)
{
    go_through(fill, make_room, HRESULT_ERROR_NO_SYSTEM_RESOURCES);
}

static void lock(void)
{
    set_read_only(true);
}

static void unlock(void)
{
    set_read_only(false);
}

Test(disks, that_become_read_only_hold_up_only_what_needs_them)
{
    go_through(lock, unlock, E_ACCESSDENIED);
}

/* The end of a container, and of a process in it, is told although it can't be written down. */
static void end_on(void (*spoil)(void), void (*mend)(void))
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"ends", CONTAINER, true);
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"sleep 1000\"}", &information);
    spoil();
    must(terminate_process(process));
    cr_expect_eq(exit_code(process), 137);
    HcsCloseProcess(process);
    must(terminate_system(system));
    must(HcsWaitForComputeSystemExit(system, INFINITE, NULL));
    HcsCloseComputeSystem(system);
    mend();
    daemon_kill(); /* what could not be removed while the disk was bad is removed by the next one */
    daemon_start();
    cr_expect_eq(HcsOpenComputeSystem(u"ends", GENERIC_ALL, &system), HCS_E_SYSTEM_NOT_FOUND);
    expect_files_of("0");
}

Test(disks, that_are_full_keep_no_container_from_its_end)
{
    end_on(fill, make_room);
}

Test(disks, that_are_read_only_keep_no_container_from_its_end)
{
    end_on(lock, unlock);
}
