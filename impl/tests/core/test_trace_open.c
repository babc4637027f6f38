/* Threads whose first calls come while the trace is opened. */
#include "../client.h"
#include <sys/wait.h>

enum { THREADS = 8, ROUNDS = 40 };

static pthread_barrier_t barrier;

static void *call_first(void *unused)
{
    pthread_barrier_wait(&barrier);
    HcsCloseOperation(HcsCreateOperation(NULL, NULL));
    return unused;
}

/* The number of calls that are missing from the trace. */
static int count_missing(const char *path)
{
    pthread_t threads[THREADS];
    char line[512];
    int calls = 0;
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, call_first, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        calls += strstr(line, "\"call\":") != NULL;
    return file ? 2 * THREADS - calls : 2 * THREADS;
}

Test(trace_open, no_thread_is_lost_whose_first_call_comes_while_it_opens)
{
    char path[] = "/tmp/hcs-trace-open-XXXXXX";
    int status, missing = 0, file = mkstemp(path);
    cr_assert(file >= 0);
    setenv("COMPUTECORE_TRACE", path, 1);
    for (int i = 0; i < ROUNDS; i++) {
        pid_t child = fork();
        if (!child)
            _exit(count_missing(path));
        cr_assert_eq(waitpid(child, &status, 0), child);
        missing += WIFEXITED(status) ? WEXITSTATUS(status) : 2 * THREADS;
    }
    close(file);
    unlink(path);
    cr_expect_eq(missing, 0, "%d calls of %d", missing, ROUNDS * 2 * THREADS);
}
