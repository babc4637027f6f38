/* The functions of HcsSim.h over the protocol: what each answers, and to whom it is refused. test_clients.c has what
   they do. */
#include "base/files/files.h"
#include "daemon.h"
#include "include/HcsSim.h"
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { OTHER_USER = 65534 };

TestSuite(control, .timeout = 300);

static void begin(const char *scenario)
{
    setenv("COMPUTECORE_SCENARIO", scenario, 1);
    daemon_begin();
    unsetenv("COMPUTECORE_SCENARIO");
}

Test(control, counts_are_of_the_client_alone)
{
    HCS_SIM_COUNTS counts;
    begin("{}");
    cr_expect_eq(HcsSimCount(NULL), E_POINTER);
    must(HcsSimCount(&counts));
    cr_expect_eq(counts.Handles, 0);
    HCS_SYSTEM system = make_system(u"counted", CONTAINER, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsSimCount(&counts));
    cr_expect_eq(counts.Handles, 2);
    cr_expect_eq(counts.Waiting, 0);
    cr_expect_eq(counts.Due + counts.Running, 0);
    HcsCloseOperation(operation);
    drop_system(system);
    must(HcsSimCount(&counts));
    cr_expect_eq(counts.Handles, 0);
    daemon_end();
}

Test(control, the_seed_is_that_of_the_daemon)
{
    begin("{\"seed\":77}");
    cr_expect_eq(HcsSimSeed(), 77);
    cr_expect_eq(HcsSimNow(), 0);
    daemon_end();
}

Test(control, a_clock_that_follows_real_time_is_not_advanced)
{
    begin("{\"time\":\"Realtime\"}");
    cr_expect_eq(HcsSimAdvance(1), HCS_E_INVALID_STATE);
    daemon_end();
}

Test(control, a_trace_that_can_not_be_written_is_refused_and_there_is_none)
{
    UINT64 hash = 1;
    begin("{}");
    cr_expect_eq(HcsSimTrace(u"/not/there/at-all.trace", &hash), E_INVALIDARG);
    cr_expect_eq(hash, 0);
    must(HcsSimTrace(NULL, &hash));
    cr_expect_eq(hash, 0);
    daemon_end();
}

/* Of another user: it may look, and change nothing. Returns how much was not as it must be. */
static int look_as_other_user(struct shared *unused)
{
    HCS_SIM_COUNTS counts;
    UINT64 hash = 1, seed = 3;
    int wrong = 0;
    (void)unused;
    if (setresgid(OTHER_USER, OTHER_USER, OTHER_USER) || setresuid(OTHER_USER, OTHER_USER, OTHER_USER))
        return 100;
    wrong += HcsSimSeed() != 5;
    wrong += HcsSimNow() != 0;
    wrong += FAILED(HcsSimCount(&counts));
    wrong += HcsSimAdvance(1000) != E_ACCESSDENIED;
    wrong += HcsSimReset(NULL, &seed) != E_ACCESSDENIED;
    wrong += HcsSimTrace(u"/tmp/of-another-user.trace", &hash) != E_ACCESSDENIED;
    wrong += HcsSimScenario(u"{\"faults\":[]}") != E_ACCESSDENIED;
    wrong += HcsSimNow() != 0 || HcsSimSeed() != 5;
    return wrong;
}

Test(control, another_user_may_look_and_change_nothing)
{
    if (geteuid() != 0)
        cr_skip_test("only root can be two users");
    begin("{\"seed\":5}");
    cr_assert_eq(chmod(daemon_path(""), 0755) + chmod(daemon_socket, 0666), 0);
    expect_right(other_client(look_as_other_user, NULL));
    cr_expect_neq(access("/tmp/of-another-user.trace", F_OK), 0);
    daemon_end();
}

/* Of several client processes none can reset the simulator while another one is connected. */
static int reset_beside_another(struct shared *shared)
{
    HRESULT first = HcsSimReset(NULL, NULL); /* the test itself has not connected yet */
    atomic_store(&shared->step, 1);
    if (!reach(shared, 2))
        return 1;
    HRESULT second = HcsSimReset(NULL, NULL);
    atomic_store(&shared->step, 3);
    return FAILED(first) || second != HCS_E_INVALID_STATE;
}

Test(control, a_reset_needs_a_client_that_is_alone)
{
    struct shared *shared = share();
    begin("{}");
    pid_t other = other_client(reset_beside_another, shared);
    cr_assert(reach(shared, 1));
    must(HcsSimAdvance(5));
    cr_expect_eq(HcsSimReset(NULL, NULL), HCS_E_INVALID_STATE);
    atomic_store(&shared->step, 2);
    cr_assert(reach(shared, 3));
    cr_expect_eq(HcsSimNow(), 5, "nothing was changed");
    expect_right(other);
    daemon_end();
}

static int meet_denial(struct shared *shared)
{
    HCS_SYSTEM system = make_system(u"denied", CONTAINER, true);
    atomic_store(&shared->step, 1);
    if (!reach(shared, 2))
        return 1;
    HRESULT denied = terminate_system(system);
    atomic_store(&shared->step, 3);
    if (!reach(shared, 4))
        return 1;
    HRESULT allowed = terminate_system(system);
    HcsCloseComputeSystem(system);
    return denied != HCS_E_ACCESS_DENIED || FAILED(allowed);
}

Test(control, a_change_of_the_scenario_is_for_all_clients)
{
    struct shared *shared = share();
    begin("{\"seed\":5}");
    pid_t other = other_client(meet_denial, shared);
    cr_assert(reach(shared, 1));
    must(HcsSimScenario(u"{\"seed\":5,\"host\":{\"elevated\":false}}"));
    atomic_store(&shared->step, 2);
    cr_assert(reach(shared, 3));
    cr_expect_eq(HcsSimScenario(u"{\"seed\":6,\"host\":{\"elevated\":true}}"), HCS_E_INVALID_STATE);
    cr_expect_eq(HcsSimScenario(u"{\"host\":{\"elevated\":1}}"), E_INVALIDARG);
    must(HcsSimScenario(u"{\"host\":{\"elevated\":null}}"));
    atomic_store(&shared->step, 4);
    expect_right(other);
    daemon_end();
}

/* The exit code of hcs-sim scenario set with a file that has this text; what it says in `said`. */
static int change_by_tool(const char *text, const char *socket_path, char said[SAID])
{
    char command[600];
    cr_assert_null(file_write(daemon_path("change.json"), text));
    snprintf(command, sizeof command, HCS_SIM " scenario set --socket %s %s 2>&1", socket_path,
        daemon_path("change.json"));
    FILE *output = popen(command, "r");
    cr_assert_not_null(output);
    said[fread(said, 1, SAID - 1, output)] = 0;
    int status = pclose(output);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Test(control, a_tool_changes_the_scenario_of_a_daemon)
{
    char said[SAID];
    begin("{}");
    HCS_SYSTEM system = make_system(u"changed", CONTAINER, true);
    cr_expect_eq(change_by_tool("{\"host\":{\"elevated\":false}}", daemon_socket, said), 0, "%s", said);
    cr_expect_str_eq(said, "");
    cr_expect_eq(terminate_system(system), HCS_E_ACCESS_DENIED);
    cr_expect_eq(change_by_tool("{\"seed\":9}", daemon_socket, said), 1);
    cr_expect(strstr(said, "change.json: 0x80370105: only faults, latencies, and of the host "), "%s", said);
    cr_expect_eq(change_by_tool("{\"fautls\":[]}", daemon_socket, said), 2);
    cr_expect(strstr(said, "change.json: line 1, column 2: $.fautls: "), "%s", said);
    cr_expect_eq(change_by_tool("{}", "/nonexistent/socket", said), 1);
    cr_expect(strstr(said, "it is not there"), "%s", said);
    cr_expect_eq(change_by_tool("{\"host\":null}", daemon_socket, said), 0, "%s", said);
    drop_system(system);
    daemon_end();
}

#ifdef HCS_CONTAINERS
/* A daemon that has something else: every function says that there is no simulator. */
Test(control, where_there_is_no_simulator)
{
    HCS_SIM_COUNTS counts;
    UINT64 hash = 1, seed = 1;
    char path[100], state[120], engine[200], said[SAID];
    if (geteuid() != 0)
        cr_skip_test("containers need root");
    snprintf(path, sizeof path, "%s", daemon_path("lxc.sock"));
    snprintf(state, sizeof state, "%s", daemon_path("state"));
    snprintf(engine, sizeof engine, "unix:%s", path);
    snprintf(daemon_socket, sizeof daemon_socket, "%s", path);
    setenv("COMPUTECORE_ENGINE", engine, 1);
    pid_t server = fork();
    if (server == 0)
        _exit(daemon_run((const char *const[]){"--engine", "lxc", "--state", state, "--socket", path, NULL}, said));
    int listens;
    for (int i = 0; (listens = raw_connect()) < 0 && i < MANY_LOOKS; i++)
        nap();
    close(listens);
    cr_expect_eq(HcsSimSeed(), 0);
    cr_expect_eq(HcsSimNow(), 0);
    cr_expect_eq(HcsSimCount(&counts), HCS_E_SERVICE_NOT_AVAILABLE);
    cr_expect_eq(HcsSimAdvance(1), HCS_E_SERVICE_NOT_AVAILABLE);
    cr_expect_eq(HcsSimTrace(NULL, &hash), HCS_E_SERVICE_NOT_AVAILABLE);
    cr_expect_eq(HcsSimReset(NULL, &seed), HCS_E_SERVICE_NOT_AVAILABLE);
    cr_expect_eq(HcsSimScenario(u"{}"), HCS_E_SERVICE_NOT_AVAILABLE);
    kill(server, SIGKILL); /* with it goes the daemon, whose parent it is */
    cr_expect_eq(waitpid(server, NULL, 0), server);
}
#endif
