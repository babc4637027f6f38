/* A client that waits for the exit of the program "server", all of whose streams it has open. With an argument, another
   thread sends a byte to the program after that many milliseconds. usage: waits-for-program [MILLISECONDS] */
#include <windows.h>
#include <computecore.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define CONTAINER u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{}}"
#define SERVER                                                                                                         \
    u"{\"CommandLine\":\"server\",\"CreateStdInPipe\":true,\"CreateStdOutPipe\":true,\"CreateStdErrPipe\":true}"

static HCS_PROCESS_INFORMATION information;

static void *send_later(void *milliseconds)
{
    long wait = atol(milliseconds);
    nanosleep(&(struct timespec){wait / 1000, wait % 1000 * 1000000}, NULL);
    int input = (int)(intptr_t)information.StdInput;
    if (write(input, "x", 1) != 1 || close(input))
        _exit(2);
    return NULL;
}

int main(int argc, char **argv)
{
    HCS_SYSTEM container;
    HCS_PROCESS process;
    HCS_OPERATION operation = HcsCreateOperation(NULL, NULL);
    pthread_t thread;
    HcsCreateComputeSystem(u"a", CONTAINER, operation, NULL, &container);
    if (FAILED(HcsWaitForOperationResult(operation, INFINITE, NULL)))
        return 1;
    HcsStartComputeSystem(container, operation, NULL);
    if (FAILED(HcsWaitForOperationResult(operation, INFINITE, NULL)))
        return 1;
    HcsCreateProcess(container, SERVER, operation, NULL, &process);
    if (FAILED(HcsWaitForOperationResultAndProcessInfo(operation, INFINITE, &information, NULL)))
        return 1;
    if (argc > 1)
        pthread_create(&thread, NULL, send_later, argv[1]);
    HcsWaitForProcessExit(process, INFINITE, NULL);
    puts("the program has ended");
    return 0;
}
