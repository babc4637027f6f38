/* Processes on POSIX systems; see process.h. */
#include "process.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void close_both(int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

bool child_start(struct child *child, const char *program, char *const arguments[], bool join)
{
    int input[2], output[2];
    pid_t process;
    if (pipe2(input, O_CLOEXEC))
        return false;
    if (pipe2(output, O_CLOEXEC)) {
        close_both(input);
        return false;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], 0);
    posix_spawn_file_actions_adddup2(&actions, output[1], 1);
    if (join)
        posix_spawn_file_actions_adddup2(&actions, output[1], 2);
    int error = posix_spawnp(&process, program, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(input[0]);
    close(output[1]);
    if (error) {
        close(input[1]);
        close(output[0]);
        return false;
    }
    *child = (struct child){process, input[1], output[0]};
    return true;
}

void child_kill(struct child *child)
{
    kill((pid_t)child->process, SIGKILL);
}

int child_wait(struct child *child)
{
    int status = 0;
    close((int)child->input);
    while (waitpid((pid_t)child->process, &status, 0) < 0 && errno == EINTR)
        ;
    close((int)child->output);
    child->process = 0;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

void child_describe(int status, char *text, size_t size)
{
    snprintf(
        text, size, status < 0 ? "the process was ended by signal %d" : "the process ended with code %d", abs(status));
}

void child_poll(const struct child *children, bool *ready, size_t count, int timeout)
{
    struct pollfd items[64];
    count = count < 64 ? count : 64;
    for (size_t i = 0; i < count; i++)
        items[i] = (struct pollfd){children[i].process ? (int)children[i].output : -1, POLLIN, 0};
    int found = poll(items, (nfds_t)count, timeout);
    for (size_t i = 0; i < count; i++)
        ready[i] = found > 0 && items[i].revents != 0;
}

size_t child_read(struct child *child, void *buffer, size_t size)
{
    ssize_t got;
    do
        got = read((int)child->output, buffer, size);
    while (got < 0 && errno == EINTR);
    return got > 0 ? (size_t)got : 0;
}

size_t child_write(struct child *child, const void *buffer, size_t size)
{
    ptrdiff_t written = platform_stream_write(child->input, buffer, size);
    return written > 0 ? (size_t)written : 0;
}

bool program_path(char *buffer, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", buffer, size - 1);
    if (length <= 0)
        return false;
    buffer[length] = 0;
    return true;
}

unsigned program_id(void)
{
    return (unsigned)getpid();
}

int program_open_pipes(void)
{
    DIR *directory = opendir("/proc/self/fd");
    if (!directory)
        return -1;
    int pipes = 0;
    for (struct dirent *entry; (entry = readdir(directory));) {
        char target[16];
        ssize_t length = readlinkat(dirfd(directory), entry->d_name, target, sizeof target);
        pipes += length > 5 && !memcmp(target, "pipe:", 5);
    }
    closedir(directory);
    return pipes;
}

bool program_stream_is_private(platform_stream client)
{
    int flags = fcntl((int)client, F_GETFD);
    return client > STDERR_FILENO && flags >= 0 && (flags & FD_CLOEXEC);
}

int program_hide_input(void)
{
    int hidden = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (hidden >= 0)
        close(STDIN_FILENO);
    return hidden;
}

void program_show_input(int hidden)
{
    if (hidden < 0)
        return;
    (void)dup2(hidden, STDIN_FILENO); /* of a descriptor that is there, onto one below it: it can't fail */
    close(hidden);
}

/* Sanitizers reserve terabytes of addresses; a limit would end them. */
bool program_limit_memory(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false;
#else
    enum { MORE_MIB = 8 };
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file)
        return false;
    int fields = fscanf(file, "%lu", &pages);
    fclose(file);
    rlim_t bytes = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + ((rlim_t)MORE_MIB << 20);
    struct rlimit limit = {bytes, bytes};
    return fields == 1 && setrlimit(RLIMIT_AS, &limit) == 0;
#endif
}
