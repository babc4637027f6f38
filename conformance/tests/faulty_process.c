/* Targets that misbehave towards their process. The faults whose names begin with load- and unload- occur while
   the library is loaded and unloaded. Entry point: misbehave(). */
#include "faulty_process.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef _WIN32
#include <windows.h>
#define rest() Sleep(1000)
#define stop() SuspendThread(GetCurrentThread())
#define fork_one() ((void)0) /* nothing here forks */
#else
#include <sys/prctl.h>
#define rest() sleep(1)
#define stop() raise(SIGSTOP)

/* Forks a process; the test finds it by the name that it gives it in FAULTY_ORPHAN. */
static void fork_one(void)
{
    if (fork())
        return;
    prctl(PR_SET_NAME, getenv("FAULTY_ORPHAN"));
    for (;;)
        rest();
}
#endif

enum { LINE_BYTES = 65536, DESCRIPTORS = 64 };

static void flood(void)
{
    static char bytes[LINE_BYTES];
    memset(bytes, 'x', sizeof bytes);
    while (write(1, bytes, sizeof bytes) > 0)
        ;
}

static void print_line(void)
{
    for (int i = 0; i < LINE_BYTES; i++)
        putchar('x');
    fflush(stdout);
}

static void forge(void)
{
    for (unsigned row = 0; row < 5000; row++)
        printf("{\"row\":%u,\"outcome\":0,\"message\":\"\",\"milliseconds\":1}\n", row);
    fflush(stdout);
}

/* From the last one down, because what comes after the channel's may be too late: the tool ends the process. */
static void scribble(void)
{
    static const char text[] = "{\"outcome\":0}\n";
    for (int i = DESCRIPTORS; i-- > 0;)
        (void)!write(i, text, sizeof text - 1);
    for (;;)
        rest();
}

static void close_all(void)
{
    for (int i = 0; i < DESCRIPTORS; i++)
        close(i);
    for (;;)
        rest();
}

/* Whose machine it is, and where. */
static void print_names(void)
{
    static const char *const names[] = {"USER", "HOME", "PWD", "TMPDIR", "FAULTY_PATH"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        printf("%s's file: %s/x\n", getenv("USER"), getenv(names[i]));
    fflush(stdout);
}

/* Tells the test that this has begun, by the file that it names in FAULTY_MARK. */
static void leave_mark(void)
{
    const char *path = getenv("FAULTY_MARK");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file)
        fclose(file);
}

void misbehave(const char *fault)
{
    leave_mark();
    if (!strcmp(fault, "floods"))
        flood();
    else if (!strcmp(fault, "line"))
        print_line();
    else if (!strcmp(fault, "chats"))
        puts("all is well"), fflush(stdout);
    else if (!strcmp(fault, "tells"))
        print_names();
    else if (!strcmp(fault, "forges"))
        forge();
    else if (!strcmp(fault, "scribbles"))
        scribble();
    else if (!strcmp(fault, "closes"))
        close_all();
    else if (!strcmp(fault, "stops"))
        stop();
    else if (!strcmp(fault, "forks"))
        fork_one();
}

static void __attribute__((constructor)) on_load(void)
{
    const char *fault = getenv("FAULTY_TARGET");
    if (!fault || strncmp(fault, "load-", 5))
        return;
    misbehave(fault + 5);
    while (!strcmp(fault, "load-hangs"))
        rest();
}

static void __attribute__((destructor)) on_unload(void)
{
    const char *fault = getenv("FAULTY_TARGET");
    while (fault && !strcmp(fault, "unload-hangs"))
        rest();
}
