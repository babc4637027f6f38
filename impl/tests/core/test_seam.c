/* The interface engine.h, with an engine that has its own threads, real time and real programs. */
#include "../client.h"
#include "core/engines.h"
#include "programs.h"
#include <signal.h>

#define CAT u"{\"CommandLine\":\"cat\",\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true}"
#define SAY u"{\"CommandLine\":\"echo said; exit 7\",\"CreateStdOutPipe\":true,\"WorkingDirectory\":\"elsewhere\"}"
#define SLEEP u"{\"CommandLine\":\"exec sleep 1000\"}"

static void choose(void)
{
    setenv("COMPUTECORE_ENGINE", programs_engine.name, 1);
    engines_add(&programs_engine);
}

static HRESULT reset(void)
{
    core_lock();
    HRESULT result = core_reset(&(struct engine_options){NULL, 0, false});
    core_unlock();
    return result;
}

/* Stops the engine and its threads; no object may be left. */
static void leave(void)
{
    must(reset());
    cr_expect(programs_seen.was_stopped);
    expect_nothing_left();
}

TestSuite(seam, .init = choose, .fini = leave);

static void read_all(HANDLE from, char *text, size_t size)
{
    size_t length = 0;
    ssize_t got;
    while ((got = read((int)(intptr_t)from, text + length, size - 1 - length)) > 0)
        length += (size_t)got;
    text[length] = 0;
}

static uint32_t exit_code_of(HCS_PROCESS process)
{
    PWSTR document = NULL;
    char text[256];
    const char *code;
    must(HcsWaitForProcessExit(process, INFINITE, &document));
    take_text(document, text, sizeof text);
    code = strstr(text, "\"ExitCode\":");
    return code ? (uint32_t)strtoul(code + sizeof "\"ExitCode\":" - 1, NULL, 10) : UINT32_MAX;
}

static void modify(HCS_PROCESS process, PCWSTR settings)
{
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(finish(HcsModifyProcess(process, operation, settings), operation));
    HcsCloseOperation(operation);
}

Test(seam, a_program_has_the_streams_for_good)
{
    char text[64];
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"streams", CONTAINER, true);
    HCS_PROCESS process = make_process(system, CAT, &information);
    int input = (int)(intptr_t)information.StdInput;
    signal(SIGPIPE, SIG_IGN);
    cr_expect_eq(write(input, "all of it", 9), 9);
    modify(process, u"{\"Operation\":\"CloseHandle\",\"CloseHandle\":{\"Handle\":\"StdIn\"}}");
    read_all(information.StdOutput, text, sizeof text);
    cr_expect_str_eq(text, "all of it", "what was written comes before the end of file");
    cr_expect_eq(write(input, "more", 4), -1, "the pipe is broken for the client");
    cr_expect_eq(exit_code_of(process), 0);
    close(input);
    close((int)(intptr_t)information.StdOutput);
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
}

Test(seam, a_descriptor_from_outside_is_the_clients_end)
{
    char text[64];
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"adopt", CONTAINER, true);
    HCS_PROCESS process = make_process(system, SAY, &information);
    read_all(information.StdOutput, text, sizeof text);
    cr_expect_str_eq(text, "said\n");
    cr_expect_eq(exit_code_of(process), 7);
    close((int)(intptr_t)information.StdOutput);
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
}

Test(seam, who_waits_for_a_synchronous_answer_wakes_when_another_thread_gives_it)
{
    PWSTR document = NULL;
    char text[64];
    must(HcsGetServiceProperties(NULL, &document));
    take_text(document, text, sizeof text);
    cr_expect_str_eq(text, "{\"Properties\":[]}");
}

Test(seam, a_wait_ends_with_real_time)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"time", CONTAINER, true);
    HCS_PROCESS process = make_process(system, SLEEP, &information);
    cr_expect_eq(HcsWaitForProcessExit(process, 20, NULL), HCS_E_OPERATION_TIMEOUT);
    cr_expect_eq(terminate_process(process), S_OK);
    cr_expect_eq(exit_code_of(process), 128 + SIGKILL);
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
}

static void WINAPI count(HCS_EVENT *event, void *context)
{
    atomic_fetch_add((atomic_int *)context, event->Type == HcsEventProcessExited);
}

Test(seam, an_end_is_told_by_a_thread_of_the_engine)
{
    atomic_int ends = 0;
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"told", CONTAINER, true);
    HCS_PROCESS process = make_process(system, u"{\"CommandLine\":\"exit 3\"}", &information);
    must(HcsSetProcessCallback(process, HcsEventOptionNone, &ends, count));
    cr_expect(reaches(&ends, 1));
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
}

Test(seam, the_engine_has_the_document_as_text_and_as_a_tree)
{
    HCS_SYSTEM system = make_system(u"document", CONTAINER, false);
    cr_expect_str_eq(programs_seen.text, "{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}");
    cr_expect(programs_seen.has_document);
    HcsCloseComputeSystem(system);
    cr_expect_eq(programs_seen.released, 1);
}

Test(seam, what_is_pending_is_cancelled_when_the_engine_stops_and_programs_that_run_do_not_hold_it_up)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"stop", CONTAINER, true);
    HCS_PROCESS process = make_process(system, SLEEP, &information);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(HcsPauseComputeSystem(system, operation, NULL)); /* it is never answered */
    HcsCloseOperation(operation);
    HcsCloseProcess(process);
    HcsCloseComputeSystem(system);
    setenv("COMPUTECORE_ENGINE", "sim", 1);
    must(reset());
    expect_nothing_left();
    HCS_SYSTEM simulated = make_system(u"simulated", CONTAINER, true);
    drop_system(simulated);
    expect_nothing_left();
}

Test(seam, an_exit_that_came_while_nobody_was_attached_is_read)
{
    HCS_SYSTEM system = make_system(u"lasts", CONTAINER, true);
    PWSTR document = NULL;
    char text[64];
    HcsCloseComputeSystem(system);
    must(reset()); /* this client goes; the system lives on */
    core_lock();
    programs_exit("lasts", "{\"Status\":0}");
    core_unlock();
    must(HcsOpenComputeSystem(u"lasts", GENERIC_ALL, &system));
    must(HcsWaitForComputeSystemExit(system, INFINITE, &document));
    take_text(document, text, sizeof text);
    cr_expect_str_eq(text, "{\"Status\":0}");
    HcsCloseComputeSystem(system);
}

Test(seam, after_a_restart_of_the_service_new_handles_are_as_always)
{
    HCS_SYSTEM old = make_system(u"restart", CONTAINER, true), new;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    core_lock();
    programs_restart();
    core_unlock();
    cr_expect_eq(HcsTerminateComputeSystem(old, operation, NULL), HCS_E_SERVICE_DISCONNECT);
    cr_expect_eq(HcsWaitForComputeSystemExit(old, INFINITE, NULL), HCS_E_SERVICE_DISCONNECT);
    must(HcsOpenComputeSystem(u"restart", GENERIC_ALL, &new));
    cr_expect_eq(finish(HcsTerminateComputeSystem(new, operation, NULL), operation), S_OK);
    HcsCloseOperation(operation);
    HcsCloseComputeSystem(old);
    HcsCloseComputeSystem(new);
}

Test(seam, one_identity_is_one_object)
{
    HCS_SYSTEM first = make_system(u"one", CONTAINER, true), second;
    must(HcsOpenComputeSystem(u"one", GENERIC_ALL, &second));
    HcsCloseComputeSystem(first);
    cr_expect_eq(programs_seen.released, 0, "a handle is open still");
    HcsCloseComputeSystem(second);
    cr_expect_eq(programs_seen.released, 1);
}
