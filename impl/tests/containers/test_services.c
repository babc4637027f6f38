/* Hv sockets between the host and a container, as unix sockets: only what the service table has, only sockets. */
#include "containers.h"
#include <sys/stat.h>

TestSuite(services, .init = containers_begin, .fini = containers_end, .timeout = 300);

#define SERVICE "00000400-facb-11e6-bd58-64006a7986d3"
#define WILD "00000401-facb-11e6-bd58-64006a7986d3"
#define INSIDE "/run/computecore/hv/"
#define TABLE                                                                                                          \
    "\"HvSocket\":{\"Config\":{\"ServiceTable\":{\"00000400-FACB-11E6-BD58-64006A7986D3\":{},"                         \
    "\"" WILD "\":{\"AllowWildcardBinds\":true,\"ConnectSecurityDescriptor\":\"D:P(A;;FA;;;WD)\"}}}}"

/* A container with the services and the program meeting in /meeting. */
static HCS_SYSTEM make_reachable(void)
{
    char document[1024], text[8];
    ask_shell("mkdir -p $SCRATCH/tools && cp " MEETING " $SCRATCH/tools/meeting", text, sizeof text);
    snprintf(document, sizeof document,
        "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{\"MappedDirectories\":[{\"HostPath\":\"%s\","
        "\"ContainerPath\":\"/meeting\",\"ReadOnly\":true}]," TABLE "}}",
        scratch_path("tools"));
    return make_system(u"reachable", wide(document), true);
}

/* Waits for a listener in the container: for its name, and for its word that it listens. */
static HCS_PROCESS listen_inside(HCS_SYSTEM system, HANDLE *output)
{
    char word[8] = "";
    HCS_PROCESS_INFORMATION information;
    HCS_PROCESS process = make_process(system,
        wide("{\"CommandLine\":\"/meeting/meeting listen " INSIDE SERVICE "\",\"CreateStdOutPipe\":true}"),
        &information);
    *output = information.StdOutput;
    cr_expect_eq(read((int)(intptr_t)*output, word, 6), 6);
    cr_expect_str_eq(word, "ready\n");
    return process;
}

Test(services, a_listener_in_the_container_is_reached_from_the_host)
{
    char text[256];
    HANDLE output;
    HCS_SYSTEM system = make_reachable();
    ask_shell("cd $SCRATCH/state/hv/* && " MEETING " connect " SERVICE " early; ls -l " SERVICE " | cut -c1-10", text,
        sizeof text); /* nobody listens: the connection ends */
    cr_expect_str_eq(text, "srw-------");
    HCS_PROCESS process = listen_inside(system, &output);
    ask_shell("cd $SCRATCH/state/hv/* && " MEETING " connect " SERVICE " question", text, sizeof text);
    cr_expect_str_eq(text, "heard");
    read_all(output, text, sizeof text);
    cr_expect_str_eq(text, "question");
    cr_expect_eq(exit_code(process), 0);
    HcsCloseProcess(process);
    drop_system(system);
    ask_shell("ls -A $SCRATCH/state/hv", text, sizeof text);
    cr_expect_str_empty(text, "left: %s", text);
}

Test(services, a_listener_on_the_host_is_reached_from_the_container)
{
    char text[256];
    HCS_SYSTEM system = make_reachable();
    cr_expect_eq(run(system, "/meeting/meeting connect " INSIDE SERVICE ".host early", "", text, sizeof text), 0);
    cr_expect_str_empty(text);
    ask_shell("cd $SCRATCH/state/hv/* && { " MEETING " listen " SERVICE ".host >$SCRATCH/heard & } ; "
              "until grep -q ready $SCRATCH/heard; do sleep 0.01; done",
        text, sizeof text);
    cr_expect_eq(run(system, "/meeting/meeting connect " INSIDE SERVICE ".host question", "", text, sizeof text), 0);
    cr_expect_str_eq(text, "heard");
    ask_shell("cat $SCRATCH/heard", text, sizeof text);
    cr_expect_str_eq(text, "ready\nquestion");
    drop_system(system);
}

Test(services, a_listener_for_all_systems_serves_the_services_that_allow_it)
{
    char text[256];
    HCS_SYSTEM system = make_reachable();
    ask_shell(
        "cd $SCRATCH/state/hv && for service in " SERVICE " " WILD "; do { " MEETING
        " listen $service.host >$SCRATCH/$service & } ; until grep -q ready $SCRATCH/$service; do sleep 0.01; done; "
        "done; ls -l */" WILD " | cut -c1-10",
        text, sizeof text);
    cr_expect_str_eq(text, "srw-rw-rw-");
    cr_expect_eq(run(system, "/meeting/meeting connect " INSIDE WILD ".host question", "", text, sizeof text), 0);
    cr_expect_str_eq(text, "heard");
    cr_expect_eq(run(system, "/meeting/meeting connect " INSIDE SERVICE ".host question", "", text, sizeof text), 0);
    cr_expect_str_empty(text);
    ask_shell("cd $SCRATCH/state/hv && " MEETING " connect " SERVICE ".host end", text, sizeof text); /* ends it */
    drop_system(system);
}

/* A container that puts a link, or a socket of the host's, in the place of its listener reaches nothing by it. */
Test(services, a_link_in_the_place_of_a_listener_leads_nowhere)
{
    char text[256];
    HCS_SYSTEM system = make_reachable();
    ask_shell("{ " MEETING " listen $SCRATCH/secret >$SCRATCH/heard & } ; until grep -q ready $SCRATCH/heard; do sleep "
              "0.01; done; chmod 666 $SCRATCH/secret",
        text, sizeof text);
    static const char *const ways[] = {"", "../../../../../../../.."};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char command[512];
        snprintf(command, sizeof command, "ln -sfn %s%s " INSIDE SERVICE, ways[i], scratch_path("secret"));
        cr_expect_eq(run(system, command, "", text, sizeof text), 0);
        ask_shell("cd $SCRATCH/state/hv/* && " MEETING " connect " SERVICE " smuggled", text, sizeof text);
        cr_expect_str_empty(text, "%s", text);
    }
    ask_shell(MEETING " connect $SCRATCH/secret end >/dev/null; cat $SCRATCH/heard", text, sizeof text);
    cr_expect_str_eq(text, "ready\nend");
    drop_system(system);
}

/* The connection ends, rather than wait for a descriptor that the keeper may never have. */
Test(services, a_client_beyond_the_descriptors_of_a_keeper_is_turned_away)
{
    char text[256];
    HANDLE output;
    HCS_SYSTEM system = make_reachable();
    HCS_PROCESS process = listen_inside(system, &output);
    /* from now on its first free descriptor is one too many */
    ask_shell("keeper=$(sed -n 's/.*\"keeper\":[^0-9]*\\([0-9]*\\).*/\\1/p' $SCRATCH/state/systems/*/state.json); n=0; "
              "while [ -e /proc/$keeper/fd/$n ]; do n=$((n + 1)); done; prlimit --pid $keeper --nofile=$n:; "
              "cd $SCRATCH/state/hv/* && timeout 20 " MEETING " connect " SERVICE " early; echo $?; "
              "prlimit --pid $keeper --nofile=1024:",
        text, sizeof text);
    cr_expect_str_eq(text, "0", "%s", text);
    ask_shell("cd $SCRATCH/state/hv/* && " MEETING " connect " SERVICE " question", text, sizeof text);
    cr_expect_str_eq(text, "heard");
    read_all(output, text, sizeof text);
    cr_expect_eq(exit_code(process), 0);
    HcsCloseProcess(process);
    drop_system(system);
}

Test(services, much_is_carried_both_ways_and_outlasts_a_daemon)
{
    char text[256];
    HANDLE output;
    HCS_SYSTEM system = make_reachable();
    HCS_PROCESS process = listen_inside(system, &output);
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
    daemon_kill();
    daemon_start();
    ask_shell("cd $SCRATCH/state/hv/* && " MEETING " connect " SERVICE " $(head -c 50000 /dev/zero | tr '\\0' a)", text,
        sizeof text);
    cr_expect_str_eq(text, "heard");
    static char heard[100000];
    read_all(output, heard, sizeof heard);
    cr_expect_eq(strlen(heard), 50000);
    for (int i = 0; FAILED(HcsOpenComputeSystem(u"reachable", GENERIC_ALL, &system)) && i < MANY_LOOKS; i++)
        nap();
    drop_system(system);
}
