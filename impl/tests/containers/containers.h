/* Role: shared by tests of real containers: a computecored --engine lxc with socket and state in the test's own folder,
   and short functions that run programs in a container. Callers: test_containers.c, test_escape.c. */
#ifndef TESTS_CONTAINERS_H
#define TESTS_CONTAINERS_H

#include "../client.h"
#include "../scratch.h"

/* The members of a Container document: where lines are counted, processes that keepers make in it write their counters
   to the folder of the build, too. */
#ifdef COUNTERS
#define CONTAINER_MEMBERS "\"MappedDirectories\":[{\"HostPath\":\"" COUNTERS "\",\"ContainerPath\":\"" COUNTERS "\"}]"
#undef CONTAINER
#define CONTAINER u"{\"SchemaVersion\":{\"Major\":2,\"Minor\":1},\"Container\":{" CONTAINER_MEMBERS "}}"
#else
#define CONTAINER_MEMBERS ""
#endif

/* The source of a mount that is a test's own, and no trace of a container. */
#define CONTAINERS_DISK "hcs-test-disk"

/* For .init: starts the daemon and sets COMPUTECORE_ENGINE to it. Fails if the machine has traces of an earlier one. */
void containers_begin(void);
/* For .fini: the machine is as it was, at the latest after ten seconds; what is left by then is a failure, and removed,
 * and the daemon ends with 0. */
void containers_end(void);

/* The running one; how it is started. */
extern pid_t daemon_process;
char *const *daemon_arguments(void);
/* A daemon like that of containers_begin(), with the same socket and state, which is there when this returns. */
void daemon_start(void);
/* Does it take connections now? */
bool daemon_listens(void);
/* Ends it with SIGKILL, as a crash would, and removes its socket. */
void daemon_kill(void);

/* Ends it with SIGTERM, as a service manager does. */
void daemon_stop(void);

/* Expects that after at most ten seconds nothing is left of any system. what: of which trial, for the message. */
void expect_no_traces(const char *what);

/* Is nothing left, two seconds from now at the latest? */
bool left_no_traces(void);

/* A running system must leave traces; otherwise their absence afterwards would prove nothing. */
void expect_traces(void);

/* ASCII as UTF-16; stays valid for the next three calls. */
PCWSTR wide(const char *text);
/* Returns the output of a shell command without its last newline; expects exit code 0. */
void ask_shell(const char *command, char *text, size_t size);
/* Reads until the end or until size is reached, and closes the stream. */
void read_all(HANDLE stream, char *text, size_t size);
uint32_t exit_code(HCS_PROCESS process);
/* Runs a program and reads its standard output; more: further members of its document, or "". Returns the exit code. */
uint32_t run(HCS_SYSTEM system, const char *command, const char *more, char *output, size_t size);
/* The result of creating a process that can't be started. */
HRESULT refused(HCS_SYSTEM system, const char *document);
/* Kills a process of the only system, by its name in state.json: "init" or "keeper". */
void kill_recorded(const char *name);
void nap(void);

#endif
