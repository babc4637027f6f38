/* Role: what tests of real containers share: a computecored --engine lxc whose socket and state lie in the test's own
   folder, and the short ways to run something in a container. Callers: test_containers.c, test_escape.c. */
#ifndef TESTS_CONTAINERS_H
#define TESTS_CONTAINERS_H

#include "client.h"
#include "scratch.h"

/* For .init: starts the daemon and makes COMPUTECORE_ENGINE name it. Nothing of it may be on the machine before. */
void containers_begin(void);
/* For .fini: the machine is as it was, at the latest after ten seconds; what is left by then is a failure, and removed, and the daemon ends with 0. */
void containers_end(void);

/* A daemon like that of containers_begin(), with the same socket and state, which is there when this returns. */
void daemon_start(void);
/* Ends it with SIGKILL, as a crash would, and removes its socket. */
void daemon_kill(void);

/* Ends it with SIGTERM, as a service manager does. */
void daemon_stop(void);

/* A running system must leave traces; otherwise their absence afterwards would prove nothing. */
void expect_traces(void);

/* ASCII as UTF-16; stays valid for the next three calls. */
PCWSTR wide(const char *text);
/* What a command of the shell says, its last newline taken off; it must end with 0. */
void ask_shell(const char *command, char *text, size_t size);
/* What is read until the end, or the size; closes the stream. A terminal ends with an error. */
void read_all(HANDLE stream, char *text, size_t size);
uint32_t exit_code(HCS_PROCESS process);
/* Runs a program whose standard output is wanted; more: further members of its document, or "". Returns the exit code.
 */
uint32_t run(HCS_SYSTEM system, const char *command, const char *more, char *output, size_t size);
/* The result of creating a process that can't be started. */
HRESULT refused(HCS_SYSTEM system, const char *document);
/* Kills a process of the one system there is, as its state names it: "init" or "keeper". */
void kill_recorded(const char *name);
void nap(void);

#endif
