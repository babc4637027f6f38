/* Machines that can't run containers, and documents that name what can't be had of this one: each gets one line that
   says what is wrong and what to do, and nothing half made is left. As root; in mount namespaces of their own. */
#include "containers.h"
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* --- machines --- */

#define GROUPS "G=/sys/fs/cgroup; [ -e $G/cgroup.controllers ] || G=$G/memory; "

static const struct {
    const char *prepare, *lack, *remedy; /* prepare: commands, the last of which takes computecored as its arguments */
} machines[] = {
    {"exec setpriv --reuid 65534 --regid 65534 --clear-groups", "this user, 65534, may not make containers", "sudo"},
    {"exec setpriv --bounding-set -sys_admin", "root without CAP_SYS_ADMIN", "--privileged"},
    {"mount -t tmpfs none /sys/fs/cgroup && exec", "can't be written: No such file", "mount -t cgroup -o memory"},
    {GROUPS "mount --bind $G $G && mount -o remount,bind,ro $G && exec", "can't be written: Read-only",
        "mount -o remount,rw /sys/fs/cgroup"},
    {"exec unshare --map-root-user", "the ids from 536870912 on are not available", "outside of a user name space"},
    {"exec setpriv --reuid 65534 --regid 65534 --clear-groups unshare --map-root-user",
        "can't be written: Permission denied", "outside of a user name space"},
    {"cd $SCRATCH && mkdir -p low up work over && mount -t overlay over -o lowerdir=low,upperdir=up,workdir=work over "
     "&& "
     "STATE=$SCRATCH/over/state && exec",
        "lies on overlay itself", "use a folder of another file system"},
    {"mount --bind /dev/null $(readlink -f /bin/busybox) && exec", "a static /bin/busybox, which is not there",
        "apt-get install busybox-static"},
    {"mkdir -p $SCRATCH/ro && mount -t tmpfs -o ro none $SCRATCH/ro && STATE=$SCRATCH/ro/state && exec",
        "ro can't be written: Read-only", "use another folder"},
};

/* The programs and libraries lie where other users may not come: they are started from a copy. */
static void copy_programs(void)
{
    char text[8];
    ask_shell("mkdir -p $SCRATCH/bin && mkdir -m 777 $SCRATCH/open && chmod 711 $SCRATCH && cd $(dirname " COMPUTECORED
              ") && cp computecored computecore-keeper computecore-init $SCRATCH/bin",
        text, sizeof text);
}

Test(bad_input, of_a_machine_is_told_in_one_line_that_says_what_to_do, .timeout = 120)
{
    char command[1024], said[2048], left[256];
    scratch();
    copy_programs();
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
        snprintf(command, sizeof command,
            "timeout 20 unshare --mount sh -c 'STATE=$SCRATCH/state; %s $SCRATCH/bin/computecored --engine lxc "
            "--foreground "
            "--state $STATE --socket $SCRATCH/open/s.sock' >$SCRATCH/said 2>&1; code=$?; "
            "grep -v ^profiling: $SCRATCH/said; echo $code", /* counters that this user may not write */
            machines[i].prepare);
        ask_shell(command, said, sizeof said);
        const char *end = strchr(said, '\n');
        cr_expect(end && !strcmp(end, "\n2"), "%s: %s", machines[i].prepare, said);
        cr_expect(
            strstr(said, machines[i].lack) && strstr(said, machines[i].remedy), "%s: %s", machines[i].prepare, said);
        ask_shell("ls -d $SCRATCH/state $SCRATCH/open/* 2>/dev/null; true", left, sizeof left);
        cr_expect_str_empty(left, "%s: left: %s", machines[i].prepare, left);
    }
}

/* --- documents --- */

static void begin(void)
{
    char text[8];
    cr_assert_eq(unshare(CLONE_NEWNS), 0);
    cr_assert_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
    scratch();
    ask_shell("cd $SCRATCH && mkdir low up work over layer closed && touch file && mount -t "
              "overlay " CONTAINERS_DISK
              " -o lowerdir=low,upperdir=up,workdir=work over && mount -t tmpfs -o ro " CONTAINERS_DISK " closed",
        text, sizeof text);
    containers_begin();
}

static void end(void)
{
    char text[8];
    containers_end();
    ask_shell("cd $SCRATCH && umount over closed", text, sizeof text);
}

TestSuite(bad_documents, .init = begin, .fini = end, .timeout = 300);

/* Expects that the start of a container with these members fails, with that path and those words in its document. */
static void expect_refused(const char *members, const char *path, const char *words)
{
    char text[2048], configuration[1024];
    PWSTR document = NULL;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    snprintf(configuration, sizeof configuration, "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{%s}}",
        members);
    HCS_SYSTEM system = make_system(u"refused", wide(configuration), false);
    must(HcsStartComputeSystem(system, operation, NULL));
    HRESULT result = HcsWaitForOperationResult(operation, INFINITE, &document);
    take_text(document, text, sizeof text);
    cr_expect(FAILED(result) && spec_hresult_of(result) && strstr(text, path) && strstr(text, words), "%s: 0x%08X: %s",
        members, (unsigned)result, text);
    HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
    expect_no_traces(members);
}

Test(bad_documents, that_name_bad_folders_are_refused_with_their_path)
{
    static const struct {
        const char *name, *words;
    } layers[] = {
        {"missing", "No such file"}, {"file", "it is not a folder"}, {"over", "it is on an overlay file system"}};
    char members[512];
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        snprintf(members, sizeof members, "\"Storage\":{\"Layers\":[{\"Path\":\"%s\"},{\"Path\":\"%s\"}]}",
            scratch_path("layer"), scratch_path(layers[i].name));
        expect_refused(members, "$.Container.Storage.Layers[1].Path", layers[i].words);
    }
    snprintf(members, sizeof members, "\"Storage\":{\"Path\":\"%s\"}", scratch_path("closed"));
    expect_refused(members, "$.Container.Storage.Path", "Read-only file system");
    snprintf(members, sizeof members, "\"Storage\":{\"Path\":\"%s\"}", scratch_path("file"));
    expect_refused(members, "$.Container.Storage.Path", "Not a directory");
    snprintf(members, sizeof members, "\"Storage\":{\"Path\":\"%s\"}", scratch_path("missing"));
    expect_refused(members, "$.Container.Storage.Path", "No such file");
}

/* --- networks --- */

Test(bad_documents, that_name_a_network_namespace_get_that_one_or_are_refused)
{
    char text[512], name[64], members[512], document[1024];
    expect_refused("\"Networking\":{\"Namespace\":\"no-such-network\"}", "$.Container.Networking.Namespace",
        "/run/netns/no-such-network");
    snprintf(members, sizeof members, "\"Networking\":{\"Namespace\":\"%s\"}", scratch_path("file"));
    expect_refused(members, "$.Container.Networking.Namespace", "is no network namespace");
    ask_shell("ln -s loop $SCRATCH/loop", text, sizeof text);
    snprintf(members, sizeof members, "\"Networking\":{\"Namespace\":\"%s\"}", scratch_path("loop"));
    expect_refused(members, "$.Container.Networking.Namespace", "symbolic links");
    expect_refused("\"Networking\":{\"Namespace\":\"../net\"}", "$.Container.Networking.Namespace", "has no ..");
    expect_refused(
        "\"Networking\":{\"Namespace\":\"/dev/null\"}", "$.Container.Networking.Namespace", "is no network namespace");
    expect_refused("\"Networking\":{\"Namespace\":\"/proc/self/ns/uts\"}", "$.Container.Networking.Namespace",
        "is no network namespace");
    ask_shell("unshare --net sleep 1000 >/dev/null 2>&1 & echo $! >$SCRATCH/other; "
              "until [ \"$(cat /proc/$!/comm)\" = sleep ]; do sleep 0.01; done; "
              "nsenter -t $! --net ip link add mark type bridge && readlink /proc/$!/ns/net",
        name, sizeof name);
    ask_shell("cat $SCRATCH/other", text, sizeof text);
    snprintf(document, sizeof document,
        "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{\"Networking\":{\"Namespace\":\"/proc/%s/ns/"
        "net\"}}}",
        text);
    HCS_SYSTEM system = make_system(u"networked", wide(document), true);
    cr_expect_eq(run(system, "readlink /proc/self/ns/net", "", text, sizeof text), 0);
    text[strcspn(text, "\n")] = 0;
    cr_expect_str_eq(text, name);
    cr_expect_eq(run(system, "ls /sys/class/net", "", text, sizeof text), 0);
    cr_expect(strstr(text, "mark\n"), "%s", text);
    cr_expect_eq(run(system, "ls /sys/firmware", "", text, sizeof text), 0);
    cr_expect_str_empty(text, "%s", text);
    cr_expect_neq(run(system, "sh -c 'echo 1 >/sys/class/net/mark/mtu'", "", text, sizeof text), 0);
    drop_system(system);
    ask_shell("kill $(cat $SCRATCH/other)", text, sizeof text);
}

/* --- states --- */

/* Nothing of a machine that was rebooted lives, whatever its state says; other processes may have those ids now. */
Test(bad_documents, a_state_of_a_machine_that_was_rebooted_is_cleared)
{
    char text[512];
    HCS_SYSTEM system = make_system(u"earlier", CONTAINER, true);
    daemon_kill();
    kill_recorded("keeper");
    kill_recorded("init");
    ask_shell("sleep 1000 >/dev/null 2>&1 & echo $! >$SCRATCH/bystander; "
              "sed -i \"s/\\\"boot\\\":\\\"[^,]*/\\\"boot\\\":\\\"00000000-0000-0000-0000-000000000000\\\"/; "
              "s/\\\"keeper\\\":[0-9]*/\\\"keeper\\\":$!/; s/\\\"init\\\":[0-9]*/\\\"init\\\":$!/\" "
              "$SCRATCH/state/systems/*/state.json; grep -c 00000000-0000 $SCRATCH/state/systems/*/state.json",
        text, sizeof text);
    cr_expect_str_eq(text, "1");
    daemon_start();
    expect_no_traces("a reboot");
    ask_shell("kill $(cat $SCRATCH/bystander)", text, sizeof text); /* it is there */
    HcsCloseComputeSystem(system);
    system = make_system(u"earlier", CONTAINER, true);
    cr_expect_eq(run(system, "true", "", text, sizeof text), 0);
    drop_system(system);
}
