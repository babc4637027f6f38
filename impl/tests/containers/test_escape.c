/* What a container can do to its host, tried with real ones: escape.c from inside, hostile images, documents and
   processes; the proofs lie outside. impl/SECURITY.md names what each test stands for. */
#include "containers.h"
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAPPED_TOOLS "\"MappedDirectories\":[{\"HostPath\":\"%s\",\"ContainerPath\":\"/mnt/tools\",\"ReadOnly\":true}]"

static char host_before[4096], socket_name[64];
static int listener = -1;

/* What a container must not change: settings of the kernel, and the folder that hostile images point to. */
static void look_at_host(char *text, size_t size)
{
    ask_shell(
        "cat /proc/sys/kernel/core_pattern /proc/sys/kernel/panic "
        "/proc/sys/kernel/hostname /proc/sys/vm/panic_on_oom; cat /sys/fs/cgroup/*/release_agent 2>/dev/null; "
        "ls -d /hcs-escape-made 2>/dev/null; ls -lAn --time-style=full-iso $SCRATCH/host; cat $SCRATCH/host/secret",
        text, size);
}

static void listen_abstractly(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(socket_name, sizeof socket_name, "hcs-escape-%d", (int)getpid());
    memcpy(address.sun_path + 1, socket_name, strlen(socket_name));
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(listener, (struct sockaddr *)&address,
                     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(socket_name))),
        0);
    cr_assert_eq(listen(listener, 1), 0);
}

static void begin(void)
{
    char text[64];
    containers_begin();
    ask_shell(
        "mkdir -m 755 $SCRATCH/tools $SCRATCH/layer && mkdir -m 777 $SCRATCH/host && echo secret >$SCRATCH/host/secret "
        "&& chmod 644 $SCRATCH/host/secret && cp " ESCAPE " $SCRATCH/tools/escape",
        text, sizeof text);
    listen_abstractly();
    look_at_host(host_before, sizeof host_before);
}

static void end(void)
{
    char after[sizeof host_before];
    look_at_host(after, sizeof after);
    cr_expect_str_eq(after, host_before);
    close(listener);
    containers_end();
}

TestSuite(escape, .init = begin, .fini = end, .timeout = 300);

static HCS_SYSTEM start_with_tools(PCWSTR id)
{
    char document[1024];
    snprintf(document, sizeof document,
        "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{" MAPPED_TOOLS "}}", scratch_path("tools"));
    return make_system(id, wide(document), true);
}

static void expect_no_way_out(HCS_SYSTEM system, const char *more)
{
    char command[512], text[4096];
    snprintf(command, sizeof command, "/mnt/tools/escape %s/host/secret %s", scratch(), socket_name);
    uint32_t ways = run(system, command, more, text, sizeof text);
    cr_expect_eq(ways, 0, "%s", text);
    cr_expect(strstr(text, "0 of 47 ways lead out"), "%s", text);
}

Test(escape, no_known_way_leads_out_of_a_container)
{
    HCS_SYSTEM system = start_with_tools(u"inside");
    expect_no_way_out(system, "");
    expect_no_way_out(system, ",\"User\":\"nobody\"");
    expect_no_way_out(system, ",\"EmulateConsole\":true");
    drop_system(system);
}

/* Proves that the program does find ways out where they exist: otherwise "no way" would mean nothing. */
Test(escape, a_weak_container_lets_it_out)
{
    char text[4096];
    ask_shell("cp $SCRATCH/tools/escape $SCRATCH/state/base/escape; "
              "unshare --mount --pid --fork --propagation private sh -c 'mount --bind $SCRATCH/state/base /mnt && "
              "mount -t proc proc /mnt/proc && mount -t sysfs sys /mnt/sys && exec chroot /mnt /escape /none none' "
              "|| true; rm $SCRATCH/state/base/escape",
        text, sizeof text);
    cr_expect(strstr(text, "out: core_pattern") && strstr(text, "out: by_handle") && strstr(text, "out: same_root"),
        "%s", text);
}

/* CVE-2019-5736 and its kind: a process that is entering still is the host's program, with the host's files open. */
Test(escape, a_process_that_enters_can_not_be_seized)
{
    char text[64];
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = start_with_tools(u"seized");
    HCS_PROCESS watch = make_process(system, u"{\"CommandLine\":\"/mnt/tools/escape --watch\"}", &information);
    while (HcsWaitForProcessExit(watch, 0, NULL) == HCS_E_OPERATION_TIMEOUT)
        cr_assert_eq(run(system, "true", "", text, sizeof text), 0);
    cr_expect_eq(exit_code(watch), 0, "a process of the host's was seized");
    HcsCloseProcess(watch);
    drop_system(system);
}

/* --- hostile images --- */

/* Starts a container whose top layer the shell has made: links in it lead to the host's folder. It may be refused. */
static void start_layer(const char *make, const char *more)
{
    char text[256], command[1024], document[2048];
    HCS_SYSTEM system;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    snprintf(command, sizeof command, "cd $SCRATCH/layer && HOST=$SCRATCH/host && %s", make);
    ask_shell(command, text, sizeof text);
    snprintf(document, sizeof document,
        "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{\"Storage\":{\"Layers\":[{\"Path\":\"%s/layer\"},"
        "{\"Path\":\"%s/state/base\"}]}%s}}",
        scratch(), scratch(), more);
    must(finish(HcsCreateComputeSystem(u"hostile", wide(document), operation, NULL, &system), operation));
    if (SUCCEEDED(finish(HcsStartComputeSystem(system, operation, NULL), operation))) {
        (void)refused(system, "{\"CommandLine\":\"sh -c 'echo out >/dev/shm/x; echo out >/proc/x; echo out >/sys/x'\","
                              "\"User\":\"nobody\",\"WorkingDirectory\":\"/tmp\"}");
        drop_system(system);
    } else
        HcsCloseComputeSystem(system);
    HcsCloseOperation(operation);
}

Test(escape, folders_of_an_image_that_are_links_lead_nowhere)
{
    static const char *const folders[] = {"dev", "proc", "sys", "tmp", "etc", "root", "bin"};
    char make[128];
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(make, sizeof make, "rm -rf ./* && ln -s $HOST %s", folders[i]);
        start_layer(make, "");
    }
}

Test(escape, files_of_an_image_that_are_links_lead_nowhere)
{
    start_layer("ln -s $HOST/new .computecore-init", "");
    start_layer("rm -f .computecore-init && mkdir dev && ln -s $HOST/new dev/null && ln -s $HOST/ptmx dev/ptmx", "");
    start_layer("rm -rf dev && mkdir etc && ln -s $HOST/secret etc/passwd && ln -s $HOST/secret etc/group", "");
    start_layer("rm -rf etc && mkdir proc sys && ln -s $HOST/secret proc/kcore && ln -s $HOST sys/firmware", "");
}

Test(escape, a_place_of_a_mount_that_is_a_link_leads_nowhere)
{
    static const char *const places[] = {
        "/hcs-escape-made/inner", "/link/inner", "/link", "/deep/link/inner", "/file/inner"};
    char more[512];
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(more, sizeof more, ",\"MappedDirectories\":[{\"HostPath\":\"%s\",\"ContainerPath\":\"%s\"}]",
            scratch_path("tools"), places[i]);
        start_layer(
            i ? "true" : "mkdir deep && ln -s $HOST link && ln -s $HOST deep/link && ln -s $HOST/secret file", more);
    }
}

/* The interpreter of a script is looked up while the process still is the host's program. */
Test(escape, a_script_that_is_run_by_proc_self_exe_does_not_run_the_hosts_program)
{
    char text[256];
    HCS_SYSTEM system = start_with_tools(u"script");
    cr_expect_eq(
        run(system, "sh -c 'echo \\\"#!/proc/self/exe\\\" >/tmp/x; chmod 755 /tmp/x'", "", text, sizeof text), 0);
    HRESULT result = refused(system, "{\"CommandLine\":\"/tmp/x\"}");
    cr_expect(FAILED(result), "0x%08X", (unsigned)result);
    drop_system(system);
}

/* --- hostile documents --- */

Test(escape, names_of_a_document_lead_to_no_other_place)
{
    static const char *const ids[] = {"../outside", "/etc", "a/b", "..", ".", "a b", "CON", "-rf", "%n%s", "a;reboot"};
    char before[4096], after[4096], text[64];
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        HCS_SYSTEM system = make_system(wide(ids[i]), CONTAINER, true);
        ask_shell("cd $SCRATCH && ls -A . state | sort", before, sizeof before);
        cr_expect_eq(run(system, "true", "", text, sizeof text), 0);
        drop_system(system);
        ask_shell("cd $SCRATCH && ls -A . state | sort", after, sizeof after);
        cr_expect_str_eq(after, before);
    }
}

Test(escape, a_document_can_not_smuggle_lines_into_a_configuration)
{
    static const char *const documents[] = {"\"GuestOs\":{\"HostName\":\"a\\nlxc.hook.start-host = /bin/sh\"}",
        "\"Networking\":{\"Namespace\":\"a\\nlxc.hook.start-host = /bin/sh\"}",
        "\"MappedDirectories\":[{\"HostPath\":\"/tmp\",\"ContainerPath\":\"/mnt/x\\n/ mnt/y none bind\"}]",
        "\"MappedDirectories\":[{\"HostPath\":\"/tmp\",\"ContainerPath\":\"/mnt/../../x\"}]",
        "\"Storage\":{\"Path\":\"relative\"}", "\"Networking\":{\"Namespace\":\"../../proc/1/ns/net\"}"};
    char document[512];
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        snprintf(document, sizeof document, "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{%s}}",
            documents[i]);
        HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
        HCS_SYSTEM system = make_system(u"smuggler", wide(document), false);
        cr_expect(FAILED(finish(HcsStartComputeSystem(system, operation, NULL), operation)), "%s", documents[i]);
        HcsCloseComputeSystem(system);
        HcsCloseOperation(operation);
    }
}

/* --- hostile processes --- */

Test(escape, a_process_that_kills_what_it_can_see_kills_what_is_inside)
{
    char text[64];
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM other = make_system(u"other", CONTAINER, true), system = make_system(u"killer", CONTAINER, true);
    HCS_PROCESS victim = make_process(system, u"{\"CommandLine\":\"sleep 1000\"}", &information);
    HCS_PROCESS bystander = make_process(other, u"{\"CommandLine\":\"sleep 1000\"}", &information);
    (void)run(system, "sh -c 'kill -KILL 1; kill -KILL -1; echo alive'", "", text, sizeof text);
    cr_expect_eq(exit_code(victim), 137);
    cr_expect_eq(run(system, "true", "", text, sizeof text), 0);
    cr_expect_eq(HcsWaitForProcessExit(bystander, 0, NULL), HCS_E_OPERATION_TIMEOUT);
    must(terminate_process(bystander));
    HcsCloseProcess(victim);
    HcsCloseProcess(bystander);
    drop_system(system);
    drop_system(other);
}

Test(escape, output_that_nobody_reads_holds_up_nothing)
{
    char text[64];
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"loud", CONTAINER, true);
    HCS_PROCESS loud = make_process(
        system, u"{\"CommandLine\":\"yes\",\"CreateStdOutPipe\":true,\"CreateStdErrPipe\":true}", &information);
    cr_expect_eq(run(system, "echo quiet", "", text, sizeof text), 0);
    cr_expect_str_eq(text, "quiet\n");
    must(terminate_process(loud));
    cr_expect_eq(exit_code(loud), 137);
    close((int)(intptr_t)information.StdOutput);
    close((int)(intptr_t)information.StdError);
    HcsCloseProcess(loud);
    drop_system(system);
}

Test(escape, a_full_disk_is_the_containers_alone)
{
    char text[256], document[512];
    ask_shell("mkdir $SCRATCH/small && mount -t tmpfs -o size=1m none $SCRATCH/small", text, sizeof text);
    snprintf(document, sizeof document,
        "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{\"Storage\":{\"Path\":\"%s\"}}}",
        scratch_path("small"));
    HCS_SYSTEM system = make_system(u"full", wide(document), true);
    cr_expect_neq(run(system, "sh -c 'dd if=/dev/zero of=/x bs=64k count=64 2>/dev/null'", "", text, sizeof text), 0);
    cr_expect_eq(run(system, "echo alive", "", text, sizeof text), 0);
    cr_expect_str_eq(text, "alive\n");
    drop_system(system);
    ask_shell("umount $SCRATCH/small", text, sizeof text);
}

Test(escape, processes_have_a_limit)
{
    char text[64];
    HCS_SYSTEM system = make_system(u"limited", CONTAINER, true);
    ask_shell(
        "id=$(ls $SCRATCH/state/systems); cat /sys/fs/cgroup/pids/computecore/$id/container/pids.max 2>/dev/null || "
        "cat /sys/fs/cgroup/computecore/$id/container/pids.max",
        text, sizeof text);
    cr_expect(strtol(text, NULL, 10) > 0, "%s", text);
    drop_system(system);
}
