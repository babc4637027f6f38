/* Standard streams: descriptors, ends, full and broken pipes. */
#include "../client.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#define PIPES(command)                                                                                                 \
    u"{\"CommandLine\":\"" command u"\",\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true,\"CreateStdErrPipe\":true}"

static int descriptor(HANDLE handle)
{
    return (int)(intptr_t)handle;
}

static void close_all(HCS_PROCESS_INFORMATION *information)
{
    CloseHandle(information->StdInput);
    CloseHandle(information->StdOutput);
    CloseHandle(information->StdError);
}

Test(stream, descriptors_are_pipes_above_the_standard_streams_and_not_inherited)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"fd", CONTAINER, true);
    close(0);
    HCS_PROCESS process = make_process(system, PIPES(u"cmd /c more"), &information);
    const HANDLE streams[] = {information.StdInput, information.StdOutput, information.StdError};
    for (int i = 0; i < 3; i++) {
        struct stat status;
        cr_expect_gt(descriptor(streams[i]), 2);
        cr_expect_eq(fstat(descriptor(streams[i]), &status), 0);
        cr_expect(S_ISFIFO(status.st_mode));
        cr_expect(fcntl(descriptor(streams[i]), F_GETFD) & FD_CLOEXEC);
    }
    close_all(&information);
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    HcsCloseProcess(process);
    drop_system(system);
}

Test(stream, client_that_blocks_in_read_gets_what_it_wrote, .timeout = 20)
{
    HCS_PROCESS_INFORMATION information;
    char text[32] = "";
    HCS_SYSTEM system = make_system(u"cat", CONTAINER, true);
    HCS_PROCESS process = make_process(system, PIPES(u"cat"), &information);
    for (int i = 0; i < 20; i++) {
        cr_assert_eq(write(descriptor(information.StdInput), "hello", 5), 5);
        cr_assert_eq(read(descriptor(information.StdOutput), text, sizeof text), 5);
    }
    CloseHandle(information.StdInput);
    cr_expect_eq(read(descriptor(information.StdOutput), text, sizeof text), 0, "end of file");
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    CloseHandle(information.StdOutput);
    CloseHandle(information.StdError);
    HcsCloseProcess(process);
    drop_system(system);
    expect_nothing_left();
}

/* The pump is not woken for those that call, and must notice one that does not. */
Test(stream, client_that_reads_after_many_that_call_gets_its_bytes, .timeout = 20)
{
    enum { CALL = 200 };
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"after", CONTAINER, true);
    for (int i = 0; i <= CALL; i++) {
        HCS_PROCESS process = make_process(system, PIPES(u"cmd /c echo hello"), &information);
        char text[32] = "";
        if (i == CALL) {
            cr_expect_eq(read(descriptor(information.StdOutput), text, sizeof text), 7);
            cr_expect_str_eq(text, "hello\r\n");
        }
        must(HcsWaitForProcessExit(process, INFINITE, NULL));
        close_all(&information);
        HcsCloseProcess(process);
    }
    drop_system(system);
    expect_nothing_left();
}

Test(stream, guest_that_writes_into_a_closed_pipe_raises_no_signal, .timeout = 20)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"broken", CONTAINER, true);
    HCS_PROCESS process = make_process(system, PIPES(u"cat"), &information);
    CloseHandle(information.StdOutput);
    cr_assert_eq(write(descriptor(information.StdInput), "x", 1), 1);
    CloseHandle(information.StdInput);
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    CloseHandle(information.StdError);
    HcsCloseProcess(process);
    drop_system(system);
}

static void *drain(void *argument)
{
    char buffer[65536];
    size_t total = 0;
    for (ssize_t got; (got = read((int)(intptr_t)argument, buffer, sizeof buffer)) > 0;)
        total += (size_t)got;
    return (void *)total;
}

Test(stream, full_pipe_blocks_the_guest_and_loses_nothing, .timeout = 30)
{
    /* P-23 */
    enum { BLOCK = 65536, BLOCKS = 32 };
    static char block[BLOCK];
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"full", CONTAINER, true);
    HCS_PROCESS process = make_process(system, PIPES(u"cat"), &information);
    pthread_t reader;
    pthread_create(&reader, NULL, drain, information.StdOutput);
    for (int i = 0; i < BLOCKS; i++)
        for (size_t done = 0; done < BLOCK;)
            done += (size_t)write(descriptor(information.StdInput), block + done, BLOCK - done);
    CloseHandle(information.StdInput);
    void *total;
    pthread_join(reader, &total);
    cr_expect_eq((size_t)total, (size_t)BLOCK * BLOCKS);
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    CloseHandle(information.StdOutput);
    CloseHandle(information.StdError);
    HcsCloseProcess(process);
    drop_system(system);
}

Test(stream, client_that_never_reads_can_still_end_everything, .timeout = 20)
{
    HCS_PROCESS_INFORMATION information;
    HCS_SYSTEM system = make_system(u"unread", CONTAINER, true);
    HCS_PROCESS process = make_process(system, PIPES(u"ping -t host"), &information);
    cr_expect_eq(HcsWaitForProcessExit(process, 30, NULL), HCS_E_OPERATION_TIMEOUT);
    must(terminate_process(process));
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    close_all(&information);
    HcsCloseProcess(process);
    drop_system(system);
    expect_nothing_left();
}

static int open_descriptors(void)
{
    int count = 0;
    for (int i = 0; i < 256; i++)
        count += fcntl(i, F_GETFD) >= 0;
    return count;
}

Test(stream, ends_that_nobody_took_are_closed_with_the_process)
{
    /* P-20 */
    HCS_PROCESS process;
    HCS_SYSTEM system = make_system(u"untaken", CONTAINER, true);
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    must(finish(HcsCreateProcess(system, PIPES(u"true"), operation, NULL, &process), operation));
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    HcsCloseOperation(operation);
    HcsCloseProcess(process);
    int before = open_descriptors();
    operation = HcsCreateOperation(NULL, NULL);
    must(finish(HcsCreateProcess(system, PIPES(u"true"), operation, NULL, &process), operation));
    must(HcsWaitForProcessExit(process, INFINITE, NULL));
    HcsCloseOperation(operation);
    HcsCloseProcess(process);
    cr_expect_eq(open_descriptors(), before);
    drop_system(system);
    expect_nothing_left();
}
